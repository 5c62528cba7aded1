%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64 }
%struct.Anywhere = type { <16 x i8> }
%class.anon = type { i8 }
%class.anon.1 = type { i8 }
%struct.Anywhere.0 = type { <16 x i16> }
%class.anon.3 = type { i8 }
%class.anon.5 = type { i8 }
%struct.Sequence.7 = type { i8 }
%struct.Sequence = type { i8 }
define void @int8(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca i32, align 4
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  br label %7
7:                                                ; preds = %80, %1
  %8 = load ptr, ptr %2, align 8
  %9 = call noundef i64 @_ZL9next_tileP7Product(ptr noundef %8)
  %10 = mul nsw i64 %9, 64
  store i64 %10, ptr %3, align 8
  %11 = load ptr, ptr %2, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 8
  %13 = load i64, ptr %12, align 8
  %14 = icmp slt i64 %10, %13
  br i1 %14, label %16, label %15
15:                                               ; preds = %7
  store i32 2, ptr %4, align 4
  br label %81
16:                                               ; preds = %7
  %17 = load i64, ptr %3, align 8
  store i64 %17, ptr %5, align 8
  br label %18
18:                                               ; preds = %77, %16
  %19 = load i64, ptr %5, align 8
  %20 = load i64, ptr %3, align 8
  %21 = add nsw i64 %20, 64
  %22 = load ptr, ptr %2, align 8
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 8
  %24 = load i64, ptr %23, align 8
  %25 = call noundef i64 @_ZL5leastll(i64 noundef %21, i64 noundef %24)
  %26 = icmp slt i64 %19, %25
  br i1 %26, label %28, label %27
27:                                               ; preds = %18
  store i32 4, ptr %4, align 4
  br label %80
28:                                               ; preds = %18
  store i64 0, ptr %6, align 8
  br label %29
29:                                               ; preds = %40, %28
  %30 = load i64, ptr %6, align 8
  %31 = add nsw i64 %30, 4
  %32 = load ptr, ptr %2, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 6
  %34 = load i64, ptr %33, align 8
  %35 = icmp sle i64 %31, %34
  br i1 %35, label %36, label %43
36:                                               ; preds = %29
  %37 = load ptr, ptr %2, align 8
  %38 = load i64, ptr %6, align 8
  %39 = load i64, ptr %5, align 8
  call void @_ZL5blockILi4EEvPK7Productll(ptr noundef %37, i64 noundef %38, i64 noundef %39)
  br label %40
40:                                               ; preds = %36
  %41 = load i64, ptr %6, align 8
  %42 = add nsw i64 %41, 4
  store i64 %42, ptr %6, align 8
  br label %29, !llvm.loop !6
43:                                               ; preds = %29
  %44 = load ptr, ptr %2, align 8
  %45 = getelementptr inbounds nuw %struct.Product, ptr %44, i32 0, i32 6
  %46 = load i64, ptr %45, align 8
  %47 = load i64, ptr %6, align 8
  %48 = sub nsw i64 %46, %47
  %49 = icmp eq i64 %48, 1
  br i1 %49, label %50, label %54
50:                                               ; preds = %43
  %51 = load ptr, ptr %2, align 8
  %52 = load i64, ptr %6, align 8
  %53 = load i64, ptr %5, align 8
  call void @_ZL5blockILi1EEvPK7Productll(ptr noundef %51, i64 noundef %52, i64 noundef %53)
  br label %54
54:                                               ; preds = %50, %43
  %55 = load ptr, ptr %2, align 8
  %56 = getelementptr inbounds nuw %struct.Product, ptr %55, i32 0, i32 6
  %57 = load i64, ptr %56, align 8
  %58 = load i64, ptr %6, align 8
  %59 = sub nsw i64 %57, %58
  %60 = icmp eq i64 %59, 2
  br i1 %60, label %61, label %65
61:                                               ; preds = %54
  %62 = load ptr, ptr %2, align 8
  %63 = load i64, ptr %6, align 8
  %64 = load i64, ptr %5, align 8
  call void @_ZL5blockILi2EEvPK7Productll(ptr noundef %62, i64 noundef %63, i64 noundef %64)
  br label %65
65:                                               ; preds = %61, %54
  %66 = load ptr, ptr %2, align 8
  %67 = getelementptr inbounds nuw %struct.Product, ptr %66, i32 0, i32 6
  %68 = load i64, ptr %67, align 8
  %69 = load i64, ptr %6, align 8
  %70 = sub nsw i64 %68, %69
  %71 = icmp eq i64 %70, 3
  br i1 %71, label %72, label %76
72:                                               ; preds = %65
  %73 = load ptr, ptr %2, align 8
  %74 = load i64, ptr %6, align 8
  %75 = load i64, ptr %5, align 8
  call void @_ZL5blockILi3EEvPK7Productll(ptr noundef %73, i64 noundef %74, i64 noundef %75)
  br label %76
76:                                               ; preds = %72, %65
  br label %77
77:                                               ; preds = %76
  %78 = load i64, ptr %5, align 8
  %79 = add nsw i64 %78, 1
  store i64 %79, ptr %5, align 8
  br label %18, !llvm.loop !8
80:                                               ; preds = %27
  br label %7, !llvm.loop !9
81:                                               ; preds = %15
  ret void
}
define internal noundef i64 @_ZL9next_tileP7Product(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  %5 = load ptr, ptr %2, align 8
  %6 = getelementptr inbounds nuw %struct.Product, ptr %5, i32 0, i32 11
  store i64 1, ptr %3, align 8
  %7 = load i64, ptr %3, align 8
  %8 = atomicrmw add ptr %6, i64 %7 monotonic, align 8
  store i64 %8, ptr %4, align 8
  %9 = load i64, ptr %4, align 8
  ret i64 %9
}
define internal noundef i64 @_ZL5leastll(i64 noundef %0, i64 noundef %1) #2 {
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store i64 %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load i64, ptr %3, align 8
  %6 = load i64, ptr %4, align 8
  %7 = icmp slt i64 %5, %6
  br i1 %7, label %8, label %10
8:                                                ; preds = %2
  %9 = load i64, ptr %3, align 8
  br label %12
10:                                               ; preds = %2
  %11 = load i64, ptr %4, align 8
  br label %12
12:                                               ; preds = %10, %8
  %13 = phi i64 [ %9, %8 ], [ %11, %10 ]
  ret i64 %13
}
define internal void @_ZL5blockILi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca [4 x [4 x <16 x float>]], align 64
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca <16 x i8>, align 16
  %14 = alloca <16 x float>, align 64
  %15 = alloca i32, align 4
  %16 = alloca i32, align 4
  %17 = alloca float, align 4
  %18 = alloca float, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %19 = load ptr, ptr %4, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 0
  %21 = load ptr, ptr %20, align 8
  %22 = load i64, ptr %6, align 8
  %23 = load ptr, ptr %4, align 8
  %24 = getelementptr inbounds nuw %struct.Product, ptr %23, i32 0, i32 7
  %25 = load i64, ptr %24, align 8
  %26 = mul nsw i64 %22, %25
  %27 = getelementptr inbounds i8, ptr %21, i64 %26
  store ptr %27, ptr %7, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 3
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %5, align 8
  %32 = load ptr, ptr %4, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 7
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = getelementptr inbounds i16, ptr %30, i64 %35
  store ptr %36, ptr %8, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %9, i8 0, i64 1024, i1 false)
  store i64 0, ptr %10, align 8
  br label %37
37:                                               ; preds = %108, %3
  %38 = load i64, ptr %10, align 8
  %39 = load ptr, ptr %4, align 8
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 7
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %38, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %37
  store i32 2, ptr %11, align 4
  br label %111
44:                                               ; preds = %37
  %45 = load ptr, ptr %7, align 8
  %46 = load i64, ptr %10, align 8
  %47 = getelementptr inbounds i8, ptr %45, i64 %46
  %48 = getelementptr inbounds i8, ptr %47, i64 4096
  call void @llvm.prefetch.p0(ptr %48, i32 0, i32 3, i32 1)
  store i32 0, ptr %12, align 4
  br label %49
49:                                               ; preds = %104, %44
  %50 = load i32, ptr %12, align 4
  %51 = icmp slt i32 %50, 4
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %11, align 4
  br label %107
53:                                               ; preds = %49
  %54 = load ptr, ptr %7, align 8
  %55 = load i64, ptr %10, align 8
  %56 = getelementptr inbounds i8, ptr %54, i64 %55
  %57 = load i32, ptr %12, align 4
  %58 = mul nsw i32 16, %57
  %59 = sext i32 %58 to i64
  %60 = getelementptr inbounds i8, ptr %56, i64 %59
  %61 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %60)
  store <16 x i8> %61, ptr %13, align 16
  %62 = load <16 x i8>, ptr %13, align 16
  %63 = sext <16 x i8> %62 to <16 x i32>
  %64 = sitofp <16 x i32> %63 to <16 x float>
  store <16 x float> %64, ptr %14, align 64
  store i32 0, ptr %15, align 4
  br label %65
65:                                               ; preds = %100, %53
  %66 = load i32, ptr %15, align 4
  %67 = icmp slt i32 %66, 4
  br i1 %67, label %69, label %68
68:                                               ; preds = %65
  store i32 8, ptr %11, align 4
  br label %103
69:                                               ; preds = %65
  %70 = load <16 x float>, ptr %14, align 64
  %71 = load ptr, ptr %8, align 8
  %72 = load i32, ptr %15, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 7
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i16, ptr %71, i64 %77
  %79 = load i64, ptr %10, align 8
  %80 = getelementptr inbounds i16, ptr %78, i64 %79
  %81 = load i32, ptr %12, align 4
  %82 = mul nsw i32 16, %81
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds i16, ptr %80, i64 %83
  %85 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %84)
  %86 = load i32, ptr %15, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %9, i64 0, i64 %87
  %89 = load i32, ptr %12, align 4
  %90 = sext i32 %89 to i64
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %88, i64 0, i64 %90
  %92 = load <16 x float>, ptr %91, align 64
  %93 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %70, <16 x float> noundef %85, <16 x float> noundef %92)
  %94 = load i32, ptr %15, align 4
  %95 = sext i32 %94 to i64
  %96 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %9, i64 0, i64 %95
  %97 = load i32, ptr %12, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 0, i64 %98
  store <16 x float> %93, ptr %99, align 64
  br label %100
100:                                              ; preds = %69
  %101 = load i32, ptr %15, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %15, align 4
  br label %65, !llvm.loop !10
103:                                              ; preds = %68
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %12, align 4
  %106 = add nsw i32 %105, 1
  store i32 %106, ptr %12, align 4
  br label %49, !llvm.loop !12
107:                                              ; preds = %52
  br label %108
108:                                              ; preds = %107
  %109 = load i64, ptr %10, align 8
  %110 = add nsw i64 %109, 64
  store i64 %110, ptr %10, align 8
  br label %37, !llvm.loop !13
111:                                              ; preds = %43
  store i32 0, ptr %16, align 4
  br label %112
112:                                              ; preds = %173, %111
  %113 = load i32, ptr %16, align 4
  %114 = icmp slt i32 %113, 4
  br i1 %114, label %116, label %115
115:                                              ; preds = %112
  store i32 11, ptr %11, align 4
  br label %176
116:                                              ; preds = %112
  %117 = load i32, ptr %16, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %9, i64 0, i64 %118
  %120 = getelementptr inbounds [4 x <16 x float>], ptr %119, i64 0, i64 0
  %121 = load <16 x float>, ptr %120, align 64
  %122 = load i32, ptr %16, align 4
  %123 = sext i32 %122 to i64
  %124 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %9, i64 0, i64 %123
  %125 = getelementptr inbounds [4 x <16 x float>], ptr %124, i64 0, i64 1
  %126 = load <16 x float>, ptr %125, align 64
  %127 = fadd <16 x float> %121, %126
  %128 = load i32, ptr %16, align 4
  %129 = sext i32 %128 to i64
  %130 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %9, i64 0, i64 %129
  %131 = getelementptr inbounds [4 x <16 x float>], ptr %130, i64 0, i64 2
  %132 = load <16 x float>, ptr %131, align 64
  %133 = load i32, ptr %16, align 4
  %134 = sext i32 %133 to i64
  %135 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %9, i64 0, i64 %134
  %136 = getelementptr inbounds [4 x <16 x float>], ptr %135, i64 0, i64 3
  %137 = load <16 x float>, ptr %136, align 64
  %138 = fadd <16 x float> %132, %137
  %139 = fadd <16 x float> %127, %138
  %140 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %139)
  store float %140, ptr %17, align 4
  %141 = load float, ptr %17, align 4
  %142 = load ptr, ptr %4, align 8
  %143 = getelementptr inbounds nuw %struct.Product, ptr %142, i32 0, i32 1
  %144 = load ptr, ptr %143, align 8
  %145 = load i64, ptr %6, align 8
  %146 = getelementptr inbounds i16, ptr %144, i64 %145
  %147 = load i16, ptr %146, align 2
  %148 = call noundef float @_ZL4widet(i16 noundef zeroext %147)
  %149 = load ptr, ptr %4, align 8
  %150 = getelementptr inbounds nuw %struct.Product, ptr %149, i32 0, i32 2
  %151 = load ptr, ptr %150, align 8
  %152 = load i64, ptr %6, align 8
  %153 = getelementptr inbounds i16, ptr %151, i64 %152
  %154 = load i16, ptr %153, align 2
  %155 = call noundef float @_ZL4widet(i16 noundef zeroext %154)
  %156 = call float @llvm.fma.f32(float %141, float %148, float %155)
  store float %156, ptr %18, align 4
  %157 = load float, ptr %18, align 4
  %158 = call noundef zeroext i16 @_ZL6narrowf(float noundef %157)
  %159 = load ptr, ptr %4, align 8
  %160 = getelementptr inbounds nuw %struct.Product, ptr %159, i32 0, i32 4
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %5, align 8
  %163 = load i32, ptr %16, align 4
  %164 = sext i32 %163 to i64
  %165 = add nsw i64 %162, %164
  %166 = load ptr, ptr %4, align 8
  %167 = getelementptr inbounds nuw %struct.Product, ptr %166, i32 0, i32 8
  %168 = load i64, ptr %167, align 8
  %169 = mul nsw i64 %165, %168
  %170 = load i64, ptr %6, align 8
  %171 = add nsw i64 %169, %170
  %172 = getelementptr inbounds i16, ptr %161, i64 %171
  store i16 %158, ptr %172, align 2
  br label %173
173:                                              ; preds = %116
  %174 = load i32, ptr %16, align 4
  %175 = add nsw i32 %174, 1
  store i32 %175, ptr %16, align 4
  br label %112, !llvm.loop !14
176:                                              ; preds = %115
  ret void
}
define internal void @_ZL5blockILi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca [1 x [4 x <16 x float>]], align 64
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca <16 x i8>, align 16
  %14 = alloca <16 x float>, align 64
  %15 = alloca i32, align 4
  %16 = alloca i32, align 4
  %17 = alloca float, align 4
  %18 = alloca float, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %19 = load ptr, ptr %4, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 0
  %21 = load ptr, ptr %20, align 8
  %22 = load i64, ptr %6, align 8
  %23 = load ptr, ptr %4, align 8
  %24 = getelementptr inbounds nuw %struct.Product, ptr %23, i32 0, i32 7
  %25 = load i64, ptr %24, align 8
  %26 = mul nsw i64 %22, %25
  %27 = getelementptr inbounds i8, ptr %21, i64 %26
  store ptr %27, ptr %7, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 3
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %5, align 8
  %32 = load ptr, ptr %4, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 7
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = getelementptr inbounds i16, ptr %30, i64 %35
  store ptr %36, ptr %8, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %9, i8 0, i64 256, i1 false)
  store i64 0, ptr %10, align 8
  br label %37
37:                                               ; preds = %108, %3
  %38 = load i64, ptr %10, align 8
  %39 = load ptr, ptr %4, align 8
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 7
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %38, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %37
  store i32 2, ptr %11, align 4
  br label %111
44:                                               ; preds = %37
  %45 = load ptr, ptr %7, align 8
  %46 = load i64, ptr %10, align 8
  %47 = getelementptr inbounds i8, ptr %45, i64 %46
  %48 = getelementptr inbounds i8, ptr %47, i64 4096
  call void @llvm.prefetch.p0(ptr %48, i32 0, i32 3, i32 1)
  store i32 0, ptr %12, align 4
  br label %49
49:                                               ; preds = %104, %44
  %50 = load i32, ptr %12, align 4
  %51 = icmp slt i32 %50, 4
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %11, align 4
  br label %107
53:                                               ; preds = %49
  %54 = load ptr, ptr %7, align 8
  %55 = load i64, ptr %10, align 8
  %56 = getelementptr inbounds i8, ptr %54, i64 %55
  %57 = load i32, ptr %12, align 4
  %58 = mul nsw i32 16, %57
  %59 = sext i32 %58 to i64
  %60 = getelementptr inbounds i8, ptr %56, i64 %59
  %61 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %60)
  store <16 x i8> %61, ptr %13, align 16
  %62 = load <16 x i8>, ptr %13, align 16
  %63 = sext <16 x i8> %62 to <16 x i32>
  %64 = sitofp <16 x i32> %63 to <16 x float>
  store <16 x float> %64, ptr %14, align 64
  store i32 0, ptr %15, align 4
  br label %65
65:                                               ; preds = %100, %53
  %66 = load i32, ptr %15, align 4
  %67 = icmp slt i32 %66, 1
  br i1 %67, label %69, label %68
68:                                               ; preds = %65
  store i32 8, ptr %11, align 4
  br label %103
69:                                               ; preds = %65
  %70 = load <16 x float>, ptr %14, align 64
  %71 = load ptr, ptr %8, align 8
  %72 = load i32, ptr %15, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 7
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i16, ptr %71, i64 %77
  %79 = load i64, ptr %10, align 8
  %80 = getelementptr inbounds i16, ptr %78, i64 %79
  %81 = load i32, ptr %12, align 4
  %82 = mul nsw i32 16, %81
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds i16, ptr %80, i64 %83
  %85 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %84)
  %86 = load i32, ptr %15, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %9, i64 0, i64 %87
  %89 = load i32, ptr %12, align 4
  %90 = sext i32 %89 to i64
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %88, i64 0, i64 %90
  %92 = load <16 x float>, ptr %91, align 64
  %93 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %70, <16 x float> noundef %85, <16 x float> noundef %92)
  %94 = load i32, ptr %15, align 4
  %95 = sext i32 %94 to i64
  %96 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %9, i64 0, i64 %95
  %97 = load i32, ptr %12, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 0, i64 %98
  store <16 x float> %93, ptr %99, align 64
  br label %100
100:                                              ; preds = %69
  %101 = load i32, ptr %15, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %15, align 4
  br label %65, !llvm.loop !15
103:                                              ; preds = %68
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %12, align 4
  %106 = add nsw i32 %105, 1
  store i32 %106, ptr %12, align 4
  br label %49, !llvm.loop !16
107:                                              ; preds = %52
  br label %108
108:                                              ; preds = %107
  %109 = load i64, ptr %10, align 8
  %110 = add nsw i64 %109, 64
  store i64 %110, ptr %10, align 8
  br label %37, !llvm.loop !17
111:                                              ; preds = %43
  store i32 0, ptr %16, align 4
  br label %112
112:                                              ; preds = %173, %111
  %113 = load i32, ptr %16, align 4
  %114 = icmp slt i32 %113, 1
  br i1 %114, label %116, label %115
115:                                              ; preds = %112
  store i32 11, ptr %11, align 4
  br label %176
116:                                              ; preds = %112
  %117 = load i32, ptr %16, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %9, i64 0, i64 %118
  %120 = getelementptr inbounds [4 x <16 x float>], ptr %119, i64 0, i64 0
  %121 = load <16 x float>, ptr %120, align 64
  %122 = load i32, ptr %16, align 4
  %123 = sext i32 %122 to i64
  %124 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %9, i64 0, i64 %123
  %125 = getelementptr inbounds [4 x <16 x float>], ptr %124, i64 0, i64 1
  %126 = load <16 x float>, ptr %125, align 64
  %127 = fadd <16 x float> %121, %126
  %128 = load i32, ptr %16, align 4
  %129 = sext i32 %128 to i64
  %130 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %9, i64 0, i64 %129
  %131 = getelementptr inbounds [4 x <16 x float>], ptr %130, i64 0, i64 2
  %132 = load <16 x float>, ptr %131, align 64
  %133 = load i32, ptr %16, align 4
  %134 = sext i32 %133 to i64
  %135 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %9, i64 0, i64 %134
  %136 = getelementptr inbounds [4 x <16 x float>], ptr %135, i64 0, i64 3
  %137 = load <16 x float>, ptr %136, align 64
  %138 = fadd <16 x float> %132, %137
  %139 = fadd <16 x float> %127, %138
  %140 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %139)
  store float %140, ptr %17, align 4
  %141 = load float, ptr %17, align 4
  %142 = load ptr, ptr %4, align 8
  %143 = getelementptr inbounds nuw %struct.Product, ptr %142, i32 0, i32 1
  %144 = load ptr, ptr %143, align 8
  %145 = load i64, ptr %6, align 8
  %146 = getelementptr inbounds i16, ptr %144, i64 %145
  %147 = load i16, ptr %146, align 2
  %148 = call noundef float @_ZL4widet(i16 noundef zeroext %147)
  %149 = load ptr, ptr %4, align 8
  %150 = getelementptr inbounds nuw %struct.Product, ptr %149, i32 0, i32 2
  %151 = load ptr, ptr %150, align 8
  %152 = load i64, ptr %6, align 8
  %153 = getelementptr inbounds i16, ptr %151, i64 %152
  %154 = load i16, ptr %153, align 2
  %155 = call noundef float @_ZL4widet(i16 noundef zeroext %154)
  %156 = call float @llvm.fma.f32(float %141, float %148, float %155)
  store float %156, ptr %18, align 4
  %157 = load float, ptr %18, align 4
  %158 = call noundef zeroext i16 @_ZL6narrowf(float noundef %157)
  %159 = load ptr, ptr %4, align 8
  %160 = getelementptr inbounds nuw %struct.Product, ptr %159, i32 0, i32 4
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %5, align 8
  %163 = load i32, ptr %16, align 4
  %164 = sext i32 %163 to i64
  %165 = add nsw i64 %162, %164
  %166 = load ptr, ptr %4, align 8
  %167 = getelementptr inbounds nuw %struct.Product, ptr %166, i32 0, i32 8
  %168 = load i64, ptr %167, align 8
  %169 = mul nsw i64 %165, %168
  %170 = load i64, ptr %6, align 8
  %171 = add nsw i64 %169, %170
  %172 = getelementptr inbounds i16, ptr %161, i64 %171
  store i16 %158, ptr %172, align 2
  br label %173
173:                                              ; preds = %116
  %174 = load i32, ptr %16, align 4
  %175 = add nsw i32 %174, 1
  store i32 %175, ptr %16, align 4
  br label %112, !llvm.loop !18
176:                                              ; preds = %115
  ret void
}
define internal void @_ZL5blockILi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca [2 x [4 x <16 x float>]], align 64
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca <16 x i8>, align 16
  %14 = alloca <16 x float>, align 64
  %15 = alloca i32, align 4
  %16 = alloca i32, align 4
  %17 = alloca float, align 4
  %18 = alloca float, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %19 = load ptr, ptr %4, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 0
  %21 = load ptr, ptr %20, align 8
  %22 = load i64, ptr %6, align 8
  %23 = load ptr, ptr %4, align 8
  %24 = getelementptr inbounds nuw %struct.Product, ptr %23, i32 0, i32 7
  %25 = load i64, ptr %24, align 8
  %26 = mul nsw i64 %22, %25
  %27 = getelementptr inbounds i8, ptr %21, i64 %26
  store ptr %27, ptr %7, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 3
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %5, align 8
  %32 = load ptr, ptr %4, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 7
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = getelementptr inbounds i16, ptr %30, i64 %35
  store ptr %36, ptr %8, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %9, i8 0, i64 512, i1 false)
  store i64 0, ptr %10, align 8
  br label %37
37:                                               ; preds = %108, %3
  %38 = load i64, ptr %10, align 8
  %39 = load ptr, ptr %4, align 8
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 7
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %38, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %37
  store i32 2, ptr %11, align 4
  br label %111
44:                                               ; preds = %37
  %45 = load ptr, ptr %7, align 8
  %46 = load i64, ptr %10, align 8
  %47 = getelementptr inbounds i8, ptr %45, i64 %46
  %48 = getelementptr inbounds i8, ptr %47, i64 4096
  call void @llvm.prefetch.p0(ptr %48, i32 0, i32 3, i32 1)
  store i32 0, ptr %12, align 4
  br label %49
49:                                               ; preds = %104, %44
  %50 = load i32, ptr %12, align 4
  %51 = icmp slt i32 %50, 4
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %11, align 4
  br label %107
53:                                               ; preds = %49
  %54 = load ptr, ptr %7, align 8
  %55 = load i64, ptr %10, align 8
  %56 = getelementptr inbounds i8, ptr %54, i64 %55
  %57 = load i32, ptr %12, align 4
  %58 = mul nsw i32 16, %57
  %59 = sext i32 %58 to i64
  %60 = getelementptr inbounds i8, ptr %56, i64 %59
  %61 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %60)
  store <16 x i8> %61, ptr %13, align 16
  %62 = load <16 x i8>, ptr %13, align 16
  %63 = sext <16 x i8> %62 to <16 x i32>
  %64 = sitofp <16 x i32> %63 to <16 x float>
  store <16 x float> %64, ptr %14, align 64
  store i32 0, ptr %15, align 4
  br label %65
65:                                               ; preds = %100, %53
  %66 = load i32, ptr %15, align 4
  %67 = icmp slt i32 %66, 2
  br i1 %67, label %69, label %68
68:                                               ; preds = %65
  store i32 8, ptr %11, align 4
  br label %103
69:                                               ; preds = %65
  %70 = load <16 x float>, ptr %14, align 64
  %71 = load ptr, ptr %8, align 8
  %72 = load i32, ptr %15, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 7
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i16, ptr %71, i64 %77
  %79 = load i64, ptr %10, align 8
  %80 = getelementptr inbounds i16, ptr %78, i64 %79
  %81 = load i32, ptr %12, align 4
  %82 = mul nsw i32 16, %81
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds i16, ptr %80, i64 %83
  %85 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %84)
  %86 = load i32, ptr %15, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %9, i64 0, i64 %87
  %89 = load i32, ptr %12, align 4
  %90 = sext i32 %89 to i64
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %88, i64 0, i64 %90
  %92 = load <16 x float>, ptr %91, align 64
  %93 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %70, <16 x float> noundef %85, <16 x float> noundef %92)
  %94 = load i32, ptr %15, align 4
  %95 = sext i32 %94 to i64
  %96 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %9, i64 0, i64 %95
  %97 = load i32, ptr %12, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 0, i64 %98
  store <16 x float> %93, ptr %99, align 64
  br label %100
100:                                              ; preds = %69
  %101 = load i32, ptr %15, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %15, align 4
  br label %65, !llvm.loop !19
103:                                              ; preds = %68
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %12, align 4
  %106 = add nsw i32 %105, 1
  store i32 %106, ptr %12, align 4
  br label %49, !llvm.loop !20
107:                                              ; preds = %52
  br label %108
108:                                              ; preds = %107
  %109 = load i64, ptr %10, align 8
  %110 = add nsw i64 %109, 64
  store i64 %110, ptr %10, align 8
  br label %37, !llvm.loop !21
111:                                              ; preds = %43
  store i32 0, ptr %16, align 4
  br label %112
112:                                              ; preds = %173, %111
  %113 = load i32, ptr %16, align 4
  %114 = icmp slt i32 %113, 2
  br i1 %114, label %116, label %115
115:                                              ; preds = %112
  store i32 11, ptr %11, align 4
  br label %176
116:                                              ; preds = %112
  %117 = load i32, ptr %16, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %9, i64 0, i64 %118
  %120 = getelementptr inbounds [4 x <16 x float>], ptr %119, i64 0, i64 0
  %121 = load <16 x float>, ptr %120, align 64
  %122 = load i32, ptr %16, align 4
  %123 = sext i32 %122 to i64
  %124 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %9, i64 0, i64 %123
  %125 = getelementptr inbounds [4 x <16 x float>], ptr %124, i64 0, i64 1
  %126 = load <16 x float>, ptr %125, align 64
  %127 = fadd <16 x float> %121, %126
  %128 = load i32, ptr %16, align 4
  %129 = sext i32 %128 to i64
  %130 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %9, i64 0, i64 %129
  %131 = getelementptr inbounds [4 x <16 x float>], ptr %130, i64 0, i64 2
  %132 = load <16 x float>, ptr %131, align 64
  %133 = load i32, ptr %16, align 4
  %134 = sext i32 %133 to i64
  %135 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %9, i64 0, i64 %134
  %136 = getelementptr inbounds [4 x <16 x float>], ptr %135, i64 0, i64 3
  %137 = load <16 x float>, ptr %136, align 64
  %138 = fadd <16 x float> %132, %137
  %139 = fadd <16 x float> %127, %138
  %140 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %139)
  store float %140, ptr %17, align 4
  %141 = load float, ptr %17, align 4
  %142 = load ptr, ptr %4, align 8
  %143 = getelementptr inbounds nuw %struct.Product, ptr %142, i32 0, i32 1
  %144 = load ptr, ptr %143, align 8
  %145 = load i64, ptr %6, align 8
  %146 = getelementptr inbounds i16, ptr %144, i64 %145
  %147 = load i16, ptr %146, align 2
  %148 = call noundef float @_ZL4widet(i16 noundef zeroext %147)
  %149 = load ptr, ptr %4, align 8
  %150 = getelementptr inbounds nuw %struct.Product, ptr %149, i32 0, i32 2
  %151 = load ptr, ptr %150, align 8
  %152 = load i64, ptr %6, align 8
  %153 = getelementptr inbounds i16, ptr %151, i64 %152
  %154 = load i16, ptr %153, align 2
  %155 = call noundef float @_ZL4widet(i16 noundef zeroext %154)
  %156 = call float @llvm.fma.f32(float %141, float %148, float %155)
  store float %156, ptr %18, align 4
  %157 = load float, ptr %18, align 4
  %158 = call noundef zeroext i16 @_ZL6narrowf(float noundef %157)
  %159 = load ptr, ptr %4, align 8
  %160 = getelementptr inbounds nuw %struct.Product, ptr %159, i32 0, i32 4
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %5, align 8
  %163 = load i32, ptr %16, align 4
  %164 = sext i32 %163 to i64
  %165 = add nsw i64 %162, %164
  %166 = load ptr, ptr %4, align 8
  %167 = getelementptr inbounds nuw %struct.Product, ptr %166, i32 0, i32 8
  %168 = load i64, ptr %167, align 8
  %169 = mul nsw i64 %165, %168
  %170 = load i64, ptr %6, align 8
  %171 = add nsw i64 %169, %170
  %172 = getelementptr inbounds i16, ptr %161, i64 %171
  store i16 %158, ptr %172, align 2
  br label %173
173:                                              ; preds = %116
  %174 = load i32, ptr %16, align 4
  %175 = add nsw i32 %174, 1
  store i32 %175, ptr %16, align 4
  br label %112, !llvm.loop !22
176:                                              ; preds = %115
  ret void
}
define internal void @_ZL5blockILi3EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca [3 x [4 x <16 x float>]], align 64
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca <16 x i8>, align 16
  %14 = alloca <16 x float>, align 64
  %15 = alloca i32, align 4
  %16 = alloca i32, align 4
  %17 = alloca float, align 4
  %18 = alloca float, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %19 = load ptr, ptr %4, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 0
  %21 = load ptr, ptr %20, align 8
  %22 = load i64, ptr %6, align 8
  %23 = load ptr, ptr %4, align 8
  %24 = getelementptr inbounds nuw %struct.Product, ptr %23, i32 0, i32 7
  %25 = load i64, ptr %24, align 8
  %26 = mul nsw i64 %22, %25
  %27 = getelementptr inbounds i8, ptr %21, i64 %26
  store ptr %27, ptr %7, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 3
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %5, align 8
  %32 = load ptr, ptr %4, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 7
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = getelementptr inbounds i16, ptr %30, i64 %35
  store ptr %36, ptr %8, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %9, i8 0, i64 768, i1 false)
  store i64 0, ptr %10, align 8
  br label %37
37:                                               ; preds = %108, %3
  %38 = load i64, ptr %10, align 8
  %39 = load ptr, ptr %4, align 8
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 7
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %38, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %37
  store i32 2, ptr %11, align 4
  br label %111
44:                                               ; preds = %37
  %45 = load ptr, ptr %7, align 8
  %46 = load i64, ptr %10, align 8
  %47 = getelementptr inbounds i8, ptr %45, i64 %46
  %48 = getelementptr inbounds i8, ptr %47, i64 4096
  call void @llvm.prefetch.p0(ptr %48, i32 0, i32 3, i32 1)
  store i32 0, ptr %12, align 4
  br label %49
49:                                               ; preds = %104, %44
  %50 = load i32, ptr %12, align 4
  %51 = icmp slt i32 %50, 4
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %11, align 4
  br label %107
53:                                               ; preds = %49
  %54 = load ptr, ptr %7, align 8
  %55 = load i64, ptr %10, align 8
  %56 = getelementptr inbounds i8, ptr %54, i64 %55
  %57 = load i32, ptr %12, align 4
  %58 = mul nsw i32 16, %57
  %59 = sext i32 %58 to i64
  %60 = getelementptr inbounds i8, ptr %56, i64 %59
  %61 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %60)
  store <16 x i8> %61, ptr %13, align 16
  %62 = load <16 x i8>, ptr %13, align 16
  %63 = sext <16 x i8> %62 to <16 x i32>
  %64 = sitofp <16 x i32> %63 to <16 x float>
  store <16 x float> %64, ptr %14, align 64
  store i32 0, ptr %15, align 4
  br label %65
65:                                               ; preds = %100, %53
  %66 = load i32, ptr %15, align 4
  %67 = icmp slt i32 %66, 3
  br i1 %67, label %69, label %68
68:                                               ; preds = %65
  store i32 8, ptr %11, align 4
  br label %103
69:                                               ; preds = %65
  %70 = load <16 x float>, ptr %14, align 64
  %71 = load ptr, ptr %8, align 8
  %72 = load i32, ptr %15, align 4
  %73 = sext i32 %72 to i64
  %74 = load ptr, ptr %4, align 8
  %75 = getelementptr inbounds nuw %struct.Product, ptr %74, i32 0, i32 7
  %76 = load i64, ptr %75, align 8
  %77 = mul nsw i64 %73, %76
  %78 = getelementptr inbounds i16, ptr %71, i64 %77
  %79 = load i64, ptr %10, align 8
  %80 = getelementptr inbounds i16, ptr %78, i64 %79
  %81 = load i32, ptr %12, align 4
  %82 = mul nsw i32 16, %81
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds i16, ptr %80, i64 %83
  %85 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %84)
  %86 = load i32, ptr %15, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %9, i64 0, i64 %87
  %89 = load i32, ptr %12, align 4
  %90 = sext i32 %89 to i64
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %88, i64 0, i64 %90
  %92 = load <16 x float>, ptr %91, align 64
  %93 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %70, <16 x float> noundef %85, <16 x float> noundef %92)
  %94 = load i32, ptr %15, align 4
  %95 = sext i32 %94 to i64
  %96 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %9, i64 0, i64 %95
  %97 = load i32, ptr %12, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 0, i64 %98
  store <16 x float> %93, ptr %99, align 64
  br label %100
100:                                              ; preds = %69
  %101 = load i32, ptr %15, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %15, align 4
  br label %65, !llvm.loop !23
103:                                              ; preds = %68
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %12, align 4
  %106 = add nsw i32 %105, 1
  store i32 %106, ptr %12, align 4
  br label %49, !llvm.loop !24
107:                                              ; preds = %52
  br label %108
108:                                              ; preds = %107
  %109 = load i64, ptr %10, align 8
  %110 = add nsw i64 %109, 64
  store i64 %110, ptr %10, align 8
  br label %37, !llvm.loop !25
111:                                              ; preds = %43
  store i32 0, ptr %16, align 4
  br label %112
112:                                              ; preds = %173, %111
  %113 = load i32, ptr %16, align 4
  %114 = icmp slt i32 %113, 3
  br i1 %114, label %116, label %115
115:                                              ; preds = %112
  store i32 11, ptr %11, align 4
  br label %176
116:                                              ; preds = %112
  %117 = load i32, ptr %16, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %9, i64 0, i64 %118
  %120 = getelementptr inbounds [4 x <16 x float>], ptr %119, i64 0, i64 0
  %121 = load <16 x float>, ptr %120, align 64
  %122 = load i32, ptr %16, align 4
  %123 = sext i32 %122 to i64
  %124 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %9, i64 0, i64 %123
  %125 = getelementptr inbounds [4 x <16 x float>], ptr %124, i64 0, i64 1
  %126 = load <16 x float>, ptr %125, align 64
  %127 = fadd <16 x float> %121, %126
  %128 = load i32, ptr %16, align 4
  %129 = sext i32 %128 to i64
  %130 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %9, i64 0, i64 %129
  %131 = getelementptr inbounds [4 x <16 x float>], ptr %130, i64 0, i64 2
  %132 = load <16 x float>, ptr %131, align 64
  %133 = load i32, ptr %16, align 4
  %134 = sext i32 %133 to i64
  %135 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %9, i64 0, i64 %134
  %136 = getelementptr inbounds [4 x <16 x float>], ptr %135, i64 0, i64 3
  %137 = load <16 x float>, ptr %136, align 64
  %138 = fadd <16 x float> %132, %137
  %139 = fadd <16 x float> %127, %138
  %140 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %139)
  store float %140, ptr %17, align 4
  %141 = load float, ptr %17, align 4
  %142 = load ptr, ptr %4, align 8
  %143 = getelementptr inbounds nuw %struct.Product, ptr %142, i32 0, i32 1
  %144 = load ptr, ptr %143, align 8
  %145 = load i64, ptr %6, align 8
  %146 = getelementptr inbounds i16, ptr %144, i64 %145
  %147 = load i16, ptr %146, align 2
  %148 = call noundef float @_ZL4widet(i16 noundef zeroext %147)
  %149 = load ptr, ptr %4, align 8
  %150 = getelementptr inbounds nuw %struct.Product, ptr %149, i32 0, i32 2
  %151 = load ptr, ptr %150, align 8
  %152 = load i64, ptr %6, align 8
  %153 = getelementptr inbounds i16, ptr %151, i64 %152
  %154 = load i16, ptr %153, align 2
  %155 = call noundef float @_ZL4widet(i16 noundef zeroext %154)
  %156 = call float @llvm.fma.f32(float %141, float %148, float %155)
  store float %156, ptr %18, align 4
  %157 = load float, ptr %18, align 4
  %158 = call noundef zeroext i16 @_ZL6narrowf(float noundef %157)
  %159 = load ptr, ptr %4, align 8
  %160 = getelementptr inbounds nuw %struct.Product, ptr %159, i32 0, i32 4
  %161 = load ptr, ptr %160, align 8
  %162 = load i64, ptr %5, align 8
  %163 = load i32, ptr %16, align 4
  %164 = sext i32 %163 to i64
  %165 = add nsw i64 %162, %164
  %166 = load ptr, ptr %4, align 8
  %167 = getelementptr inbounds nuw %struct.Product, ptr %166, i32 0, i32 8
  %168 = load i64, ptr %167, align 8
  %169 = mul nsw i64 %165, %168
  %170 = load i64, ptr %6, align 8
  %171 = add nsw i64 %169, %170
  %172 = getelementptr inbounds i16, ptr %161, i64 %171
  store i16 %158, ptr %172, align 2
  br label %173
173:                                              ; preds = %116
  %174 = load i32, ptr %16, align 4
  %175 = add nsw i32 %174, 1
  store i32 %175, ptr %16, align 4
  br label %112, !llvm.loop !26
176:                                              ; preds = %115
  ret void
}
define void @run_int8(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int8, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #4
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #5
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #6
define internal noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <16 x i8>, ptr %4, align 1
  ret <16 x i8> %5
}
define internal noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %0, <16 x float> noundef %1, <16 x float> noundef %2) #3 {
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  store <16 x float> %2, ptr %6, align 64
  %7 = load <16 x float>, ptr %4, align 64
  %8 = load <16 x float>, ptr %5, align 64
  %9 = load <16 x float>, ptr %6, align 64
  %10 = call <16 x float> @llvm.fma.v16f32(<16 x float> %7, <16 x float> %8, <16 x float> %9)
  ret <16 x float> %10
}
define internal noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %3)
  %5 = zext <16 x i16> %4 to <16 x i32>
  %6 = shl <16 x i32> %5, splat (i32 16)
  %7 = bitcast <16 x i32> %6 to <16 x float>
  ret <16 x float> %7
}
define internal noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %0) #3 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca i32, align 4
  %4 = alloca %class.anon, align 1
  %5 = alloca %class.anon.1, align 1
  store <16 x float> %0, ptr %2, align 64
  store i32 8, ptr %3, align 4
  %6 = load <16 x float>, ptr %2, align 64
  %7 = load <16 x float>, ptr %2, align 64
  %8 = call noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<16 x float> noundef %6, <16 x float> noundef %7)
  %9 = load <16 x float>, ptr %2, align 64
  %10 = load <16 x float>, ptr %2, align 64
  %11 = call noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE0_EDaT0_S4_T1_(<16 x float> noundef %9, <16 x float> noundef %10)
  %12 = fadd <8 x float> %8, %11
  %13 = call noundef float @_ZL5totalIDv8_fEfT_(<8 x float> noundef %12)
  ret float %13
}
define internal noundef float @_ZL4widet(i16 noundef zeroext %0) #2 {
  %2 = alloca i16, align 2
  %3 = alloca i32, align 4
  store i16 %0, ptr %2, align 2
  %4 = load i16, ptr %2, align 2
  %5 = zext i16 %4 to i32
  %6 = shl i32 %5, 16
  store i32 %6, ptr %3, align 4
  %7 = load float, ptr %3, align 4
  ret float %7
}
declare float @llvm.fma.f32(float, float, float) #8
define internal noundef zeroext i16 @_ZL6narrowf(float noundef %0) #2 {
  %2 = alloca float, align 4
  %3 = alloca i32, align 4
  store float %0, ptr %2, align 4
  %4 = load i32, ptr %2, align 4
  store i32 %4, ptr %3, align 4
  %5 = load float, ptr %2, align 4
  %6 = load float, ptr %2, align 4
  %7 = fcmp une float %5, %6
  br i1 %7, label %8, label %9
8:                                                ; preds = %1
  br label %17
9:                                                ; preds = %1
  %10 = load i32, ptr %3, align 4
  %11 = add i32 %10, 32767
  %12 = load i32, ptr %3, align 4
  %13 = lshr i32 %12, 16
  %14 = and i32 %13, 1
  %15 = add i32 %11, %14
  %16 = lshr i32 %15, 16
  br label %17
17:                                               ; preds = %9, %8
  %18 = phi i32 [ 32704, %8 ], [ %16, %9 ]
  %19 = trunc i32 %18 to i16
  ret i16 %19
}
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>) #8
define internal noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %0) #9 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.0, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
define internal noundef float @_ZL5totalIDv8_fEfT_(<8 x float> noundef %0) #9 {
  %2 = alloca <8 x float>, align 32
  %3 = alloca i32, align 4
  %4 = alloca %class.anon.3, align 1
  %5 = alloca %class.anon.5, align 1
  store <8 x float> %0, ptr %2, align 32
  store i32 4, ptr %3, align 4
  %6 = load <8 x float>, ptr %2, align 32
  %7 = load <8 x float>, ptr %2, align 32
  %8 = call noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<8 x float> noundef %6, <8 x float> noundef %7)
  %9 = load <8 x float>, ptr %2, align 32
  %10 = load <8 x float>, ptr %2, align 32
  %11 = call noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE0_EDaT0_S4_T1_(<8 x float> noundef %9, <8 x float> noundef %10)
  %12 = fadd <4 x float> %8, %11
  %13 = call noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %12)
  ret float %13
}
define internal noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<16 x float> noundef %0, <16 x float> noundef %1) #3 {
  %3 = alloca %class.anon, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE0_EDaT0_S4_T1_(<16 x float> noundef %0, <16 x float> noundef %1) #3 {
  %3 = alloca %class.anon.1, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.1, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %0) #7 {
  %2 = alloca <4 x float>, align 16
  %3 = alloca i32, align 4
  store <4 x float> %0, ptr %2, align 16
  store i32 2, ptr %3, align 4
  %4 = load <4 x float>, ptr %2, align 16
  %5 = extractelement <4 x float> %4, i32 0
  %6 = load <4 x float>, ptr %2, align 16
  %7 = extractelement <4 x float> %6, i32 2
  %8 = fadd float %5, %7
  %9 = load <4 x float>, ptr %2, align 16
  %10 = extractelement <4 x float> %9, i32 1
  %11 = load <4 x float>, ptr %2, align 16
  %12 = extractelement <4 x float> %11, i32 3
  %13 = fadd float %10, %12
  %14 = fadd float %8, %13
  ret float %14
}
define internal noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<8 x float> noundef %0, <8 x float> noundef %1) #9 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.3, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE0_EDaT0_S4_T1_(<8 x float> noundef %0, <8 x float> noundef %1) #9 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE0_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %0, <8 x float> noundef %1) #9 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  ret <4 x float> %9
}
define internal noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE0_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %0, <8 x float> noundef %1) #9 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  ret <4 x float> %9
}
define internal noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %0, <16 x float> noundef %1) #3 {
  %3 = alloca %class.anon, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  ret <8 x float> %9
}
define internal noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %0, <16 x float> noundef %1) #3 {
  %3 = alloca %class.anon.1, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  ret <8 x float> %9
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #3 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #4 = { nounwind }
attributes #5 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #6 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #7 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #8 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #9 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #10 = { nounwind }
!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 1}
!4 = !{i32 7, !"frame-pointer", i32 2}
!5 = !{!"clang version 22.1.8"}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
!8 = distinct !{!8, !7}
!9 = distinct !{!9, !7}
!10 = distinct !{!10, !7, !11}
!11 = !{!"llvm.loop.unroll.full"}
!12 = distinct !{!12, !7, !11}
!13 = distinct !{!13, !7}
!14 = distinct !{!14, !7, !11}
!15 = distinct !{!15, !7, !11}
!16 = distinct !{!16, !7, !11}
!17 = distinct !{!17, !7}
!18 = distinct !{!18, !7, !11}
!19 = distinct !{!19, !7, !11}
!20 = distinct !{!20, !7, !11}
!21 = distinct !{!21, !7}
!22 = distinct !{!22, !7, !11}
!23 = distinct !{!23, !7, !11}
!24 = distinct !{!24, !7, !11}
!25 = distinct !{!25, !7}
!26 = distinct !{!26, !7, !11}
