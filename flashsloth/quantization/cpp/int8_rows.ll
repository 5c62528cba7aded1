%struct.Range = type { i64, i64 }
%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64 }
%struct.Rounded = type { ptr, ptr }
%struct.Anywhere = type { <8 x float> }
%struct.Anywhere.0 = type { <8 x i16> }
%class.anon = type { i8 }
%struct.Anywhere.1 = type { <16 x i8> }
%struct.Sequence = type { i8 }
%struct.Anywhere.2 = type { <32 x i16> }
%struct.Anywhere.3 = type { i32 }
%struct.Anywhere.4 = type { <16 x i16> }
%class.anon.5 = type { i8 }
%struct.Anywhere.7 = type { <32 x i8> }
%struct.Sequence.8 = type { i8 }
%struct.Anywhere.9 = type { <64 x i16> }
$_ZN7RoundedC2EPK7Product = comdat any
define void @int8_rows(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca %struct.Range, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Product, ptr %6, i32 0, i32 6
  %8 = load i64, ptr %7, align 8
  %9 = call { i64, i64 } @_ZL14of_this_threadl(i64 noundef %8)
  %10 = getelementptr inbounds nuw { i64, i64 }, ptr %3, i32 0, i32 0
  %11 = extractvalue { i64, i64 } %9, 0
  store i64 %11, ptr %10, align 8
  %12 = getelementptr inbounds nuw { i64, i64 }, ptr %3, i32 0, i32 1
  %13 = extractvalue { i64, i64 } %9, 1
  store i64 %13, ptr %12, align 8
  %14 = getelementptr inbounds nuw %struct.Range, ptr %3, i32 0, i32 0
  %15 = load i64, ptr %14, align 8
  store i64 %15, ptr %4, align 8
  br label %16
16:                                               ; preds = %25, %1
  %17 = load i64, ptr %4, align 8
  %18 = getelementptr inbounds nuw %struct.Range, ptr %3, i32 0, i32 1
  %19 = load i64, ptr %18, align 8
  %20 = icmp slt i64 %17, %19
  br i1 %20, label %22, label %21
21:                                               ; preds = %16
  br label %28
22:                                               ; preds = %16
  %23 = load ptr, ptr %2, align 8
  %24 = load i64, ptr %4, align 8
  call void @_ZL5roundPK7Productl(ptr noundef %23, i64 noundef %24)
  br label %25
25:                                               ; preds = %22
  %26 = load i64, ptr %4, align 8
  %27 = add nsw i64 %26, 1
  store i64 %27, ptr %4, align 8
  br label %16, !llvm.loop !6
28:                                               ; preds = %21
  call void @GOMP_barrier()
  br label %29
29:                                               ; preds = %51, %28
  %30 = load ptr, ptr %2, align 8
  %31 = call noundef i64 @_ZL9next_tileP7Product(ptr noundef %30)
  %32 = mul nsw i64 %31, 32
  store i64 %32, ptr %5, align 8
  %33 = load ptr, ptr %2, align 8
  %34 = getelementptr inbounds nuw %struct.Product, ptr %33, i32 0, i32 8
  %35 = load i64, ptr %34, align 8
  %36 = icmp slt i64 %32, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %29
  br label %52
38:                                               ; preds = %29
  %39 = load ptr, ptr %2, align 8
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 8
  %41 = load i64, ptr %40, align 8
  %42 = load i64, ptr %5, align 8
  %43 = sub nsw i64 %41, %42
  %44 = icmp slt i64 %43, 32
  br i1 %44, label %45, label %48
45:                                               ; preds = %38
  %46 = load ptr, ptr %2, align 8
  %47 = load i64, ptr %5, align 8
  call void @_ZL4tileILi16EEvPK7Productl(ptr noundef %46, i64 noundef %47)
  br label %51
48:                                               ; preds = %38
  %49 = load ptr, ptr %2, align 8
  %50 = load i64, ptr %5, align 8
  call void @_ZL4tileILi32EEvPK7Productl(ptr noundef %49, i64 noundef %50)
  br label %51
51:                                               ; preds = %48, %45
  br label %29, !llvm.loop !8
52:                                               ; preds = %37
  ret void
}
define internal { i64, i64 } @_ZL14of_this_threadl(i64 noundef %0) #2 {
  %2 = alloca %struct.Range, align 8
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  store i64 %0, ptr %3, align 8
  %6 = call i32 @omp_get_thread_num()
  %7 = sext i32 %6 to i64
  store i64 %7, ptr %4, align 8
  %8 = call i32 @omp_get_num_threads()
  %9 = sext i32 %8 to i64
  store i64 %9, ptr %5, align 8
  %10 = getelementptr inbounds nuw %struct.Range, ptr %2, i32 0, i32 0
  %11 = load i64, ptr %3, align 8
  %12 = load i64, ptr %4, align 8
  %13 = mul nsw i64 %11, %12
  %14 = load i64, ptr %5, align 8
  %15 = sdiv i64 %13, %14
  store i64 %15, ptr %10, align 8
  %16 = getelementptr inbounds nuw %struct.Range, ptr %2, i32 0, i32 1
  %17 = load i64, ptr %3, align 8
  %18 = load i64, ptr %4, align 8
  %19 = add nsw i64 %18, 1
  %20 = mul nsw i64 %17, %19
  %21 = load i64, ptr %5, align 8
  %22 = sdiv i64 %20, %21
  store i64 %22, ptr %16, align 8
  %23 = load { i64, i64 }, ptr %2, align 8
  ret { i64, i64 } %23
}
define internal void @_ZL5roundPK7Productl(ptr noundef %0, i64 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca %struct.Rounded, align 8
  %6 = alloca ptr, align 8
  %7 = alloca <8 x float>, align 32
  %8 = alloca i64, align 8
  %9 = alloca float, align 4
  %10 = alloca float, align 4
  %11 = alloca i64, align 8
  %12 = alloca <8 x float>, align 32
  %13 = alloca <8 x i32>, align 32
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %14 = load ptr, ptr %3, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %5, ptr noundef %14)
  %15 = load ptr, ptr %3, align 8
  %16 = getelementptr inbounds nuw %struct.Product, ptr %15, i32 0, i32 3
  %17 = load ptr, ptr %16, align 8
  %18 = load i64, ptr %4, align 8
  %19 = load ptr, ptr %3, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 7
  %21 = load i64, ptr %20, align 8
  %22 = mul nsw i64 %18, %21
  %23 = getelementptr inbounds float, ptr %17, i64 %22
  store ptr %23, ptr %6, align 8
  store <8 x float> zeroinitializer, ptr %7, align 32
  store i64 0, ptr %8, align 8
  br label %24
24:                                               ; preds = %39, %2
  %25 = load i64, ptr %8, align 8
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 7
  %28 = load i64, ptr %27, align 8
  %29 = icmp slt i64 %25, %28
  br i1 %29, label %31, label %30
30:                                               ; preds = %24
  br label %42
31:                                               ; preds = %24
  %32 = load ptr, ptr %6, align 8
  %33 = load i64, ptr %8, align 8
  %34 = getelementptr inbounds float, ptr %32, i64 %33
  %35 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %34)
  %36 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %35)
  %37 = load <8 x float>, ptr %7, align 32
  %38 = call <8 x float> @llvm.maximum.v8f32(<8 x float> %36, <8 x float> %37)
  store <8 x float> %38, ptr %7, align 32
  br label %39
39:                                               ; preds = %31
  %40 = load i64, ptr %8, align 8
  %41 = add nsw i64 %40, 8
  store i64 %41, ptr %8, align 8
  br label %24, !llvm.loop !9
42:                                               ; preds = %30
  %43 = load <8 x float>, ptr %7, align 32
  %44 = call float @llvm.vector.reduce.fmaximum.v8f32(<8 x float> %43)
  %45 = fdiv float %44, 3.276700e+04
  store float %45, ptr %9, align 4
  %46 = load float, ptr %9, align 4
  %47 = fcmp olt float %46, 0x3810000000000000
  br i1 %47, label %48, label %49
48:                                               ; preds = %42
  br label %51
49:                                               ; preds = %42
  %50 = load float, ptr %9, align 4
  br label %51
51:                                               ; preds = %49, %48
  %52 = phi float [ 0x3810000000000000, %48 ], [ %50, %49 ]
  store float %52, ptr %10, align 4
  %53 = load float, ptr %10, align 4
  %54 = getelementptr inbounds nuw %struct.Rounded, ptr %5, i32 0, i32 1
  %55 = load ptr, ptr %54, align 8
  %56 = load i64, ptr %4, align 8
  %57 = getelementptr inbounds float, ptr %55, i64 %56
  store float %53, ptr %57, align 4
  store i64 0, ptr %11, align 8
  br label %58
58:                                               ; preds = %97, %51
  %59 = load i64, ptr %11, align 8
  %60 = load ptr, ptr %3, align 8
  %61 = getelementptr inbounds nuw %struct.Product, ptr %60, i32 0, i32 7
  %62 = load i64, ptr %61, align 8
  %63 = icmp slt i64 %59, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %58
  br label %100
65:                                               ; preds = %58
  %66 = load ptr, ptr %6, align 8
  %67 = load i64, ptr %11, align 8
  %68 = getelementptr inbounds float, ptr %66, i64 %67
  %69 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %68)
  %70 = load float, ptr %10, align 4
  %71 = fdiv float 1.000000e+00, %70
  %72 = insertelement <8 x float> poison, float %71, i64 0
  %73 = shufflevector <8 x float> %72, <8 x float> poison, <8 x i32> zeroinitializer
  %74 = fmul <8 x float> %69, %73
  %75 = call <8 x float> @llvm.rint.v8f32(<8 x float> %74)
  store <8 x float> %75, ptr %12, align 32
  %76 = load <8 x float>, ptr %12, align 32
  %77 = load <8 x float>, ptr %12, align 32
  %78 = fcmp une <8 x float> %76, %77
  %79 = sext <8 x i1> %78 to <8 x i32>
  %80 = load <8 x float>, ptr %12, align 32
  %81 = icmp ne <8 x i32> %79, zeroinitializer
  %82 = select <8 x i1> %81, <8 x float> zeroinitializer, <8 x float> %80
  store <8 x float> %82, ptr %12, align 32
  %83 = load <8 x float>, ptr %12, align 32
  %84 = fptosi <8 x float> %83 to <8 x i32>
  store <8 x i32> %84, ptr %13, align 32
  %85 = getelementptr inbounds nuw %struct.Rounded, ptr %5, i32 0, i32 0
  %86 = load ptr, ptr %85, align 8
  %87 = load i64, ptr %4, align 8
  %88 = load ptr, ptr %3, align 8
  %89 = getelementptr inbounds nuw %struct.Product, ptr %88, i32 0, i32 7
  %90 = load i64, ptr %89, align 8
  %91 = mul nsw i64 %87, %90
  %92 = getelementptr inbounds i16, ptr %86, i64 %91
  %93 = load i64, ptr %11, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = load <8 x i32>, ptr %13, align 32
  %96 = trunc <8 x i32> %95 to <8 x i16>
  call void @_ZL3putIDv8_sEvPvT_(ptr noundef %94, <8 x i16> noundef %96)
  br label %97
97:                                               ; preds = %65
  %98 = load i64, ptr %11, align 8
  %99 = add nsw i64 %98, 8
  store i64 %99, ptr %11, align 8
  br label %58, !llvm.loop !10
100:                                              ; preds = %64
  ret void
}
declare void @GOMP_barrier() #4
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
define internal void @_ZL4tileILi16EEvPK7Productl(ptr noundef %0, i64 noundef %1) #5 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca [4096 x i16], align 64
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca %struct.Rounded, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca ptr, align 8
  %15 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  store i64 0, ptr %6, align 8
  br label %16
16:                                               ; preds = %66, %2
  %17 = load i64, ptr %6, align 8
  %18 = load ptr, ptr %3, align 8
  %19 = getelementptr inbounds nuw %struct.Product, ptr %18, i32 0, i32 7
  %20 = load i64, ptr %19, align 8
  %21 = icmp slt i64 %17, %20
  br i1 %21, label %23, label %22
22:                                               ; preds = %16
  br label %69
23:                                               ; preds = %16
  %24 = load i64, ptr %6, align 8
  %25 = add nsw i64 %24, 256
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 7
  %28 = load i64, ptr %27, align 8
  %29 = call noundef i64 @_ZL5leastll(i64 noundef %25, i64 noundef %28)
  store i64 %29, ptr %7, align 8
  %30 = load ptr, ptr %3, align 8
  %31 = getelementptr inbounds [4096 x i16], ptr %5, i64 0, i64 0
  %32 = load i64, ptr %4, align 8
  %33 = load i64, ptr %6, align 8
  %34 = load i64, ptr %7, align 8
  call void @_ZL5widenILi16EEvPK7ProductPslll(ptr noundef %30, ptr noundef %31, i64 noundef %32, i64 noundef %33, i64 noundef %34)
  store i64 0, ptr %8, align 8
  br label %35
35:                                               ; preds = %49, %23
  %36 = load i64, ptr %8, align 8
  %37 = add nsw i64 %36, 2
  %38 = load ptr, ptr %3, align 8
  %39 = getelementptr inbounds nuw %struct.Product, ptr %38, i32 0, i32 6
  %40 = load i64, ptr %39, align 8
  %41 = icmp sle i64 %37, %40
  br i1 %41, label %42, label %52
42:                                               ; preds = %35
  %43 = load ptr, ptr %3, align 8
  %44 = getelementptr inbounds [4096 x i16], ptr %5, i64 0, i64 0
  %45 = load i64, ptr %4, align 8
  %46 = load i64, ptr %6, align 8
  %47 = load i64, ptr %7, align 8
  %48 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi2ELi16EEvPK7ProductPKsllll(ptr noundef %43, ptr noundef %44, i64 noundef %45, i64 noundef %46, i64 noundef %47, i64 noundef %48)
  br label %49
49:                                               ; preds = %42
  %50 = load i64, ptr %8, align 8
  %51 = add nsw i64 %50, 2
  store i64 %51, ptr %8, align 8
  br label %35, !llvm.loop !11
52:                                               ; preds = %35
  %53 = load i64, ptr %8, align 8
  %54 = load ptr, ptr %3, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 6
  %56 = load i64, ptr %55, align 8
  %57 = icmp slt i64 %53, %56
  br i1 %57, label %58, label %65
58:                                               ; preds = %52
  %59 = load ptr, ptr %3, align 8
  %60 = getelementptr inbounds [4096 x i16], ptr %5, i64 0, i64 0
  %61 = load i64, ptr %4, align 8
  %62 = load i64, ptr %6, align 8
  %63 = load i64, ptr %7, align 8
  %64 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi1ELi16EEvPK7ProductPKsllll(ptr noundef %59, ptr noundef %60, i64 noundef %61, i64 noundef %62, i64 noundef %63, i64 noundef %64)
  br label %65
65:                                               ; preds = %58, %52
  br label %66
66:                                               ; preds = %65
  %67 = load i64, ptr %6, align 8
  %68 = add nsw i64 %67, 256
  store i64 %68, ptr %6, align 8
  br label %16, !llvm.loop !12
69:                                               ; preds = %22
  %70 = load ptr, ptr %3, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %9, ptr noundef %70)
  store i64 0, ptr %10, align 8
  br label %71
71:                                               ; preds = %128, %69
  %72 = load i64, ptr %10, align 8
  %73 = load ptr, ptr %3, align 8
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 6
  %75 = load i64, ptr %74, align 8
  %76 = icmp slt i64 %72, %75
  br i1 %76, label %78, label %77
77:                                               ; preds = %71
  store i32 8, ptr %11, align 4
  br label %131
78:                                               ; preds = %71
  %79 = load i64, ptr %4, align 8
  store i64 %79, ptr %12, align 8
  br label %80
80:                                               ; preds = %124, %78
  %81 = load i64, ptr %12, align 8
  %82 = load i64, ptr %4, align 8
  %83 = add nsw i64 %82, 16
  %84 = icmp slt i64 %81, %83
  br i1 %84, label %86, label %85
85:                                               ; preds = %80
  store i32 11, ptr %11, align 4
  br label %127
86:                                               ; preds = %80
  %87 = load ptr, ptr %3, align 8
  %88 = getelementptr inbounds nuw %struct.Product, ptr %87, i32 0, i32 4
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %10, align 8
  %91 = load ptr, ptr %3, align 8
  %92 = getelementptr inbounds nuw %struct.Product, ptr %91, i32 0, i32 8
  %93 = load i64, ptr %92, align 8
  %94 = mul nsw i64 %90, %93
  %95 = getelementptr inbounds float, ptr %89, i64 %94
  %96 = load i64, ptr %12, align 8
  %97 = getelementptr inbounds float, ptr %95, i64 %96
  store ptr %97, ptr %13, align 8
  %98 = load ptr, ptr %3, align 8
  %99 = getelementptr inbounds nuw %struct.Product, ptr %98, i32 0, i32 1
  %100 = load ptr, ptr %99, align 8
  %101 = load i64, ptr %12, align 8
  %102 = getelementptr inbounds float, ptr %100, i64 %101
  store ptr %102, ptr %14, align 8
  %103 = load ptr, ptr %3, align 8
  %104 = getelementptr inbounds nuw %struct.Product, ptr %103, i32 0, i32 2
  %105 = load ptr, ptr %104, align 8
  %106 = load i64, ptr %12, align 8
  %107 = getelementptr inbounds float, ptr %105, i64 %106
  store ptr %107, ptr %15, align 8
  %108 = load ptr, ptr %13, align 8
  %109 = load ptr, ptr %13, align 8
  %110 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %109)
  %111 = getelementptr inbounds nuw %struct.Rounded, ptr %9, i32 0, i32 1
  %112 = load ptr, ptr %111, align 8
  %113 = load i64, ptr %10, align 8
  %114 = getelementptr inbounds float, ptr %112, i64 %113
  %115 = load float, ptr %114, align 4
  %116 = insertelement <8 x float> poison, float %115, i64 0
  %117 = shufflevector <8 x float> %116, <8 x float> poison, <8 x i32> zeroinitializer
  %118 = fmul <8 x float> %110, %117
  %119 = load ptr, ptr %14, align 8
  %120 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %119)
  %121 = load ptr, ptr %15, align 8
  %122 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %121)
  %123 = call noundef <8 x float> @_ZL3fmaIDv8_fET_S1_S1_S1_(<8 x float> noundef %118, <8 x float> noundef %120, <8 x float> noundef %122)
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %108, <8 x float> noundef %123)
  br label %124
124:                                              ; preds = %86
  %125 = load i64, ptr %12, align 8
  %126 = add nsw i64 %125, 8
  store i64 %126, ptr %12, align 8
  br label %80, !llvm.loop !13
127:                                              ; preds = %85
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %10, align 8
  %130 = add nsw i64 %129, 1
  store i64 %130, ptr %10, align 8
  br label %71, !llvm.loop !14
131:                                              ; preds = %77
  ret void
}
define internal void @_ZL4tileILi32EEvPK7Productl(ptr noundef %0, i64 noundef %1) #5 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca [8192 x i16], align 64
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca %struct.Rounded, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca ptr, align 8
  %15 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  store i64 0, ptr %6, align 8
  br label %16
16:                                               ; preds = %66, %2
  %17 = load i64, ptr %6, align 8
  %18 = load ptr, ptr %3, align 8
  %19 = getelementptr inbounds nuw %struct.Product, ptr %18, i32 0, i32 7
  %20 = load i64, ptr %19, align 8
  %21 = icmp slt i64 %17, %20
  br i1 %21, label %23, label %22
22:                                               ; preds = %16
  br label %69
23:                                               ; preds = %16
  %24 = load i64, ptr %6, align 8
  %25 = add nsw i64 %24, 256
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 7
  %28 = load i64, ptr %27, align 8
  %29 = call noundef i64 @_ZL5leastll(i64 noundef %25, i64 noundef %28)
  store i64 %29, ptr %7, align 8
  %30 = load ptr, ptr %3, align 8
  %31 = getelementptr inbounds [8192 x i16], ptr %5, i64 0, i64 0
  %32 = load i64, ptr %4, align 8
  %33 = load i64, ptr %6, align 8
  %34 = load i64, ptr %7, align 8
  call void @_ZL5widenILi32EEvPK7ProductPslll(ptr noundef %30, ptr noundef %31, i64 noundef %32, i64 noundef %33, i64 noundef %34)
  store i64 0, ptr %8, align 8
  br label %35
35:                                               ; preds = %49, %23
  %36 = load i64, ptr %8, align 8
  %37 = add nsw i64 %36, 2
  %38 = load ptr, ptr %3, align 8
  %39 = getelementptr inbounds nuw %struct.Product, ptr %38, i32 0, i32 6
  %40 = load i64, ptr %39, align 8
  %41 = icmp sle i64 %37, %40
  br i1 %41, label %42, label %52
42:                                               ; preds = %35
  %43 = load ptr, ptr %3, align 8
  %44 = getelementptr inbounds [8192 x i16], ptr %5, i64 0, i64 0
  %45 = load i64, ptr %4, align 8
  %46 = load i64, ptr %6, align 8
  %47 = load i64, ptr %7, align 8
  %48 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi2ELi32EEvPK7ProductPKsllll(ptr noundef %43, ptr noundef %44, i64 noundef %45, i64 noundef %46, i64 noundef %47, i64 noundef %48)
  br label %49
49:                                               ; preds = %42
  %50 = load i64, ptr %8, align 8
  %51 = add nsw i64 %50, 2
  store i64 %51, ptr %8, align 8
  br label %35, !llvm.loop !15
52:                                               ; preds = %35
  %53 = load i64, ptr %8, align 8
  %54 = load ptr, ptr %3, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 6
  %56 = load i64, ptr %55, align 8
  %57 = icmp slt i64 %53, %56
  br i1 %57, label %58, label %65
58:                                               ; preds = %52
  %59 = load ptr, ptr %3, align 8
  %60 = getelementptr inbounds [8192 x i16], ptr %5, i64 0, i64 0
  %61 = load i64, ptr %4, align 8
  %62 = load i64, ptr %6, align 8
  %63 = load i64, ptr %7, align 8
  %64 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi1ELi32EEvPK7ProductPKsllll(ptr noundef %59, ptr noundef %60, i64 noundef %61, i64 noundef %62, i64 noundef %63, i64 noundef %64)
  br label %65
65:                                               ; preds = %58, %52
  br label %66
66:                                               ; preds = %65
  %67 = load i64, ptr %6, align 8
  %68 = add nsw i64 %67, 256
  store i64 %68, ptr %6, align 8
  br label %16, !llvm.loop !16
69:                                               ; preds = %22
  %70 = load ptr, ptr %3, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %9, ptr noundef %70)
  store i64 0, ptr %10, align 8
  br label %71
71:                                               ; preds = %128, %69
  %72 = load i64, ptr %10, align 8
  %73 = load ptr, ptr %3, align 8
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 6
  %75 = load i64, ptr %74, align 8
  %76 = icmp slt i64 %72, %75
  br i1 %76, label %78, label %77
77:                                               ; preds = %71
  store i32 8, ptr %11, align 4
  br label %131
78:                                               ; preds = %71
  %79 = load i64, ptr %4, align 8
  store i64 %79, ptr %12, align 8
  br label %80
80:                                               ; preds = %124, %78
  %81 = load i64, ptr %12, align 8
  %82 = load i64, ptr %4, align 8
  %83 = add nsw i64 %82, 32
  %84 = icmp slt i64 %81, %83
  br i1 %84, label %86, label %85
85:                                               ; preds = %80
  store i32 11, ptr %11, align 4
  br label %127
86:                                               ; preds = %80
  %87 = load ptr, ptr %3, align 8
  %88 = getelementptr inbounds nuw %struct.Product, ptr %87, i32 0, i32 4
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %10, align 8
  %91 = load ptr, ptr %3, align 8
  %92 = getelementptr inbounds nuw %struct.Product, ptr %91, i32 0, i32 8
  %93 = load i64, ptr %92, align 8
  %94 = mul nsw i64 %90, %93
  %95 = getelementptr inbounds float, ptr %89, i64 %94
  %96 = load i64, ptr %12, align 8
  %97 = getelementptr inbounds float, ptr %95, i64 %96
  store ptr %97, ptr %13, align 8
  %98 = load ptr, ptr %3, align 8
  %99 = getelementptr inbounds nuw %struct.Product, ptr %98, i32 0, i32 1
  %100 = load ptr, ptr %99, align 8
  %101 = load i64, ptr %12, align 8
  %102 = getelementptr inbounds float, ptr %100, i64 %101
  store ptr %102, ptr %14, align 8
  %103 = load ptr, ptr %3, align 8
  %104 = getelementptr inbounds nuw %struct.Product, ptr %103, i32 0, i32 2
  %105 = load ptr, ptr %104, align 8
  %106 = load i64, ptr %12, align 8
  %107 = getelementptr inbounds float, ptr %105, i64 %106
  store ptr %107, ptr %15, align 8
  %108 = load ptr, ptr %13, align 8
  %109 = load ptr, ptr %13, align 8
  %110 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %109)
  %111 = getelementptr inbounds nuw %struct.Rounded, ptr %9, i32 0, i32 1
  %112 = load ptr, ptr %111, align 8
  %113 = load i64, ptr %10, align 8
  %114 = getelementptr inbounds float, ptr %112, i64 %113
  %115 = load float, ptr %114, align 4
  %116 = insertelement <8 x float> poison, float %115, i64 0
  %117 = shufflevector <8 x float> %116, <8 x float> poison, <8 x i32> zeroinitializer
  %118 = fmul <8 x float> %110, %117
  %119 = load ptr, ptr %14, align 8
  %120 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %119)
  %121 = load ptr, ptr %15, align 8
  %122 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %121)
  %123 = call noundef <8 x float> @_ZL3fmaIDv8_fET_S1_S1_S1_(<8 x float> noundef %118, <8 x float> noundef %120, <8 x float> noundef %122)
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %108, <8 x float> noundef %123)
  br label %124
124:                                              ; preds = %86
  %125 = load i64, ptr %12, align 8
  %126 = add nsw i64 %125, 8
  store i64 %126, ptr %12, align 8
  br label %80, !llvm.loop !17
127:                                              ; preds = %85
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %10, align 8
  %130 = add nsw i64 %129, 1
  store i64 %130, ptr %10, align 8
  br label %71, !llvm.loop !18
131:                                              ; preds = %77
  ret void
}
define void @run_int8_rows(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int8_rows, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #4
declare i32 @omp_get_thread_num() #4
declare i32 @omp_get_num_threads() #4
define linkonce_odr void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %0, ptr noundef %1) unnamed_addr #0 comdat align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.Rounded, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.Product, ptr %7, i32 0, i32 5
  %9 = load ptr, ptr %8, align 8
  store ptr %9, ptr %6, align 8
  %10 = getelementptr inbounds nuw %struct.Rounded, ptr %5, i32 0, i32 1
  %11 = getelementptr inbounds nuw %struct.Rounded, ptr %5, i32 0, i32 0
  %12 = load ptr, ptr %11, align 8
  %13 = load ptr, ptr %4, align 8
  %14 = getelementptr inbounds nuw %struct.Product, ptr %13, i32 0, i32 6
  %15 = load i64, ptr %14, align 8
  %16 = load ptr, ptr %4, align 8
  %17 = getelementptr inbounds nuw %struct.Product, ptr %16, i32 0, i32 7
  %18 = load i64, ptr %17, align 8
  %19 = mul nsw i64 %15, %18
  %20 = getelementptr inbounds i16, ptr %12, i64 %19
  store ptr %20, ptr %10, align 8
  ret void
}
define internal noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <8 x float>, ptr %4, align 1
  ret <8 x float> %5
}
declare <8 x float> @llvm.fabs.v8f32(<8 x float>) #6
declare <8 x float> @llvm.maximum.v8f32(<8 x float>, <8 x float>) #6
declare float @llvm.vector.reduce.fmaximum.v8f32(<8 x float>) #7
declare <8 x float> @llvm.rint.v8f32(<8 x float>) #6
define internal void @_ZL3putIDv8_sEvPvT_(ptr noundef %0, <8 x i16> noundef %1) #8 {
  %3 = alloca ptr, align 8
  %4 = alloca <8 x i16>, align 16
  store ptr %0, ptr %3, align 8
  store <8 x i16> %1, ptr %4, align 16
  %5 = load <8 x i16>, ptr %4, align 16
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.0, ptr %6, i32 0, i32 0
  store <8 x i16> %5, ptr %7, align 1
  ret void
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
define internal void @_ZL5widenILi16EEvPK7ProductPslll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #9 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca ptr, align 8
  %13 = alloca <16 x i8>, align 16
  %14 = alloca <16 x i8>, align 16
  %15 = alloca <32 x i8>, align 32
  %16 = alloca %class.anon, align 1
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  %17 = load i64, ptr %9, align 8
  store i64 %17, ptr %11, align 8
  br label %18
18:                                               ; preds = %49, %5
  %19 = load i64, ptr %11, align 8
  %20 = load i64, ptr %10, align 8
  %21 = icmp slt i64 %19, %20
  br i1 %21, label %23, label %22
22:                                               ; preds = %18
  br label %54
23:                                               ; preds = %18
  %24 = load ptr, ptr %6, align 8
  %25 = getelementptr inbounds nuw %struct.Product, ptr %24, i32 0, i32 0
  %26 = load ptr, ptr %25, align 8
  %27 = load i64, ptr %11, align 8
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 8
  %30 = load i64, ptr %29, align 8
  %31 = mul nsw i64 %27, %30
  %32 = getelementptr inbounds i8, ptr %26, i64 %31
  %33 = load i64, ptr %8, align 8
  %34 = getelementptr inbounds i8, ptr %32, i64 %33
  store ptr %34, ptr %12, align 8
  %35 = load ptr, ptr %12, align 8
  %36 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %35)
  store <16 x i8> %36, ptr %13, align 16
  %37 = load ptr, ptr %12, align 8
  %38 = load ptr, ptr %6, align 8
  %39 = getelementptr inbounds nuw %struct.Product, ptr %38, i32 0, i32 8
  %40 = load i64, ptr %39, align 8
  %41 = getelementptr inbounds i8, ptr %37, i64 %40
  %42 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %41)
  store <16 x i8> %42, ptr %14, align 16
  %43 = load <16 x i8>, ptr %13, align 16
  %44 = load <16 x i8>, ptr %14, align 16
  %45 = call noundef <32 x i8> @_ZL4pickILi32EDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(<16 x i8> noundef %43, <16 x i8> noundef %44)
  store <32 x i8> %45, ptr %15, align 32
  %46 = load ptr, ptr %7, align 8
  %47 = load <32 x i8>, ptr %15, align 32
  %48 = sext <32 x i8> %47 to <32 x i16>
  call void @_ZL3putIDv32_sEvPvT_(ptr noundef %46, <32 x i16> noundef %48)
  br label %49
49:                                               ; preds = %23
  %50 = load i64, ptr %11, align 8
  %51 = add nsw i64 %50, 2
  store i64 %51, ptr %11, align 8
  %52 = load ptr, ptr %7, align 8
  %53 = getelementptr inbounds i16, ptr %52, i64 32
  store ptr %53, ptr %7, align 8
  br label %18, !llvm.loop !19
54:                                               ; preds = %22
  ret void
}
define internal void @_ZL8multiplyILi2ELi16EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #3 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [2 x [2 x <8 x i32>]], align 32
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 32
  %23 = alloca i32, align 4
  %24 = alloca i32, align 4
  %25 = alloca ptr, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 2, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 32 %14, i8 0, i64 128, i1 false)
  %26 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %26)
  %27 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %28 = load ptr, ptr %27, align 8
  %29 = load i64, ptr %12, align 8
  %30 = load ptr, ptr %7, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 7
  %32 = load i64, ptr %31, align 8
  %33 = mul nsw i64 %29, %32
  %34 = getelementptr inbounds i16, ptr %28, i64 %33
  store ptr %34, ptr %15, align 8
  %35 = load i64, ptr %10, align 8
  store i64 %35, ptr %17, align 8
  br label %36
36:                                               ; preds = %110, %6
  %37 = load i64, ptr %17, align 8
  %38 = load i64, ptr %11, align 8
  %39 = icmp slt i64 %37, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %36
  store i32 2, ptr %18, align 4
  br label %113
41:                                               ; preds = %36
  store i32 0, ptr %19, align 4
  br label %42
42:                                               ; preds = %104, %41
  %43 = load i32, ptr %19, align 4
  %44 = icmp slt i32 %43, 8
  br i1 %44, label %46, label %45
45:                                               ; preds = %42
  store i32 5, ptr %18, align 4
  br label %109
46:                                               ; preds = %42
  store i32 0, ptr %20, align 4
  br label %47
47:                                               ; preds = %100, %46
  %48 = load i32, ptr %20, align 4
  %49 = icmp slt i32 %48, 2
  br i1 %49, label %51, label %50
50:                                               ; preds = %47
  store i32 8, ptr %18, align 4
  br label %103
51:                                               ; preds = %47
  store i32 0, ptr %21, align 4
  br label %52
52:                                               ; preds = %96, %51
  %53 = load i32, ptr %21, align 4
  %54 = icmp slt i32 %53, 2
  br i1 %54, label %56, label %55
55:                                               ; preds = %52
  store i32 11, ptr %18, align 4
  br label %99
56:                                               ; preds = %52
  %57 = load ptr, ptr %15, align 8
  %58 = load i32, ptr %21, align 4
  %59 = sext i32 %58 to i64
  %60 = load ptr, ptr %7, align 8
  %61 = getelementptr inbounds nuw %struct.Product, ptr %60, i32 0, i32 7
  %62 = load i64, ptr %61, align 8
  %63 = mul nsw i64 %59, %62
  %64 = getelementptr inbounds i16, ptr %57, i64 %63
  %65 = load i64, ptr %17, align 8
  %66 = getelementptr inbounds i16, ptr %64, i64 %65
  %67 = load i32, ptr %19, align 4
  %68 = sext i32 %67 to i64
  %69 = getelementptr inbounds i16, ptr %66, i64 %68
  %70 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %69)
  %71 = insertelement <8 x i32> poison, i32 %70, i64 0
  %72 = shufflevector <8 x i32> %71, <8 x i32> poison, <8 x i32> zeroinitializer
  %73 = add <8 x i32> zeroinitializer, %72
  %74 = bitcast <8 x i32> %73 to <16 x i16>
  store <16 x i16> %74, ptr %22, align 32
  %75 = load i32, ptr %21, align 4
  %76 = sext i32 %75 to i64
  %77 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %76
  %78 = load i32, ptr %20, align 4
  %79 = sext i32 %78 to i64
  %80 = getelementptr inbounds [2 x <8 x i32>], ptr %77, i64 0, i64 %79
  %81 = load <8 x i32>, ptr %80, align 32
  %82 = load ptr, ptr %8, align 8
  %83 = load i32, ptr %20, align 4
  %84 = mul nsw i32 16, %83
  %85 = sext i32 %84 to i64
  %86 = getelementptr inbounds i16, ptr %82, i64 %85
  %87 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %86)
  %88 = load <16 x i16>, ptr %22, align 32
  %89 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %81, <16 x i16> noundef %87, <16 x i16> noundef %88)
  %90 = load i32, ptr %21, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %91
  %93 = load i32, ptr %20, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds [2 x <8 x i32>], ptr %92, i64 0, i64 %94
  store <8 x i32> %89, ptr %95, align 32
  br label %96
96:                                               ; preds = %56
  %97 = load i32, ptr %21, align 4
  %98 = add nsw i32 %97, 1
  store i32 %98, ptr %21, align 4
  br label %52, !llvm.loop !20
99:                                               ; preds = %55
  br label %100
100:                                              ; preds = %99
  %101 = load i32, ptr %20, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %20, align 4
  br label %47, !llvm.loop !22
103:                                              ; preds = %50
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %19, align 4
  %106 = add nsw i32 %105, 2
  store i32 %106, ptr %19, align 4
  %107 = load ptr, ptr %8, align 8
  %108 = getelementptr inbounds i16, ptr %107, i64 32
  store ptr %108, ptr %8, align 8
  br label %42, !llvm.loop !23
109:                                              ; preds = %45
  br label %110
110:                                              ; preds = %109
  %111 = load i64, ptr %17, align 8
  %112 = add nsw i64 %111, 8
  store i64 %112, ptr %17, align 8
  br label %36, !llvm.loop !24
113:                                              ; preds = %40
  store i32 0, ptr %23, align 4
  br label %114
114:                                              ; preds = %164, %113
  %115 = load i32, ptr %23, align 4
  %116 = icmp slt i32 %115, 2
  br i1 %116, label %118, label %117
117:                                              ; preds = %114
  store i32 14, ptr %18, align 4
  br label %167
118:                                              ; preds = %114
  store i32 0, ptr %24, align 4
  br label %119
119:                                              ; preds = %160, %118
  %120 = load i32, ptr %24, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 17, ptr %18, align 4
  br label %163
123:                                              ; preds = %119
  %124 = load ptr, ptr %7, align 8
  %125 = getelementptr inbounds nuw %struct.Product, ptr %124, i32 0, i32 4
  %126 = load ptr, ptr %125, align 8
  %127 = load i64, ptr %12, align 8
  %128 = load i32, ptr %23, align 4
  %129 = sext i32 %128 to i64
  %130 = add nsw i64 %127, %129
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 8
  %133 = load i64, ptr %132, align 8
  %134 = mul nsw i64 %130, %133
  %135 = getelementptr inbounds float, ptr %126, i64 %134
  %136 = load i64, ptr %9, align 8
  %137 = getelementptr inbounds float, ptr %135, i64 %136
  %138 = load i32, ptr %24, align 4
  %139 = mul nsw i32 8, %138
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds float, ptr %137, i64 %140
  store ptr %141, ptr %25, align 8
  %142 = load ptr, ptr %25, align 8
  %143 = load i64, ptr %10, align 8
  %144 = icmp ne i64 %143, 0
  br i1 %144, label %145, label %148
145:                                              ; preds = %123
  %146 = load ptr, ptr %25, align 8
  %147 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %146)
  br label %149
148:                                              ; preds = %123
  br label %149
149:                                              ; preds = %148, %145
  %150 = phi <8 x float> [ %147, %145 ], [ zeroinitializer, %148 ]
  %151 = load i32, ptr %23, align 4
  %152 = sext i32 %151 to i64
  %153 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %152
  %154 = load i32, ptr %24, align 4
  %155 = sext i32 %154 to i64
  %156 = getelementptr inbounds [2 x <8 x i32>], ptr %153, i64 0, i64 %155
  %157 = load <8 x i32>, ptr %156, align 32
  %158 = sitofp <8 x i32> %157 to <8 x float>
  %159 = fadd <8 x float> %150, %158
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %142, <8 x float> noundef %159)
  br label %160
160:                                              ; preds = %149
  %161 = load i32, ptr %24, align 4
  %162 = add nsw i32 %161, 1
  store i32 %162, ptr %24, align 4
  br label %119, !llvm.loop !25
163:                                              ; preds = %122
  br label %164
164:                                              ; preds = %163
  %165 = load i32, ptr %23, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %23, align 4
  br label %114, !llvm.loop !26
167:                                              ; preds = %117
  ret void
}
define internal void @_ZL8multiplyILi1ELi16EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #3 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [1 x [2 x <8 x i32>]], align 32
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 32
  %23 = alloca i32, align 4
  %24 = alloca i32, align 4
  %25 = alloca ptr, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 2, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 32 %14, i8 0, i64 64, i1 false)
  %26 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %26)
  %27 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %28 = load ptr, ptr %27, align 8
  %29 = load i64, ptr %12, align 8
  %30 = load ptr, ptr %7, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 7
  %32 = load i64, ptr %31, align 8
  %33 = mul nsw i64 %29, %32
  %34 = getelementptr inbounds i16, ptr %28, i64 %33
  store ptr %34, ptr %15, align 8
  %35 = load i64, ptr %10, align 8
  store i64 %35, ptr %17, align 8
  br label %36
36:                                               ; preds = %110, %6
  %37 = load i64, ptr %17, align 8
  %38 = load i64, ptr %11, align 8
  %39 = icmp slt i64 %37, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %36
  store i32 2, ptr %18, align 4
  br label %113
41:                                               ; preds = %36
  store i32 0, ptr %19, align 4
  br label %42
42:                                               ; preds = %104, %41
  %43 = load i32, ptr %19, align 4
  %44 = icmp slt i32 %43, 8
  br i1 %44, label %46, label %45
45:                                               ; preds = %42
  store i32 5, ptr %18, align 4
  br label %109
46:                                               ; preds = %42
  store i32 0, ptr %20, align 4
  br label %47
47:                                               ; preds = %100, %46
  %48 = load i32, ptr %20, align 4
  %49 = icmp slt i32 %48, 2
  br i1 %49, label %51, label %50
50:                                               ; preds = %47
  store i32 8, ptr %18, align 4
  br label %103
51:                                               ; preds = %47
  store i32 0, ptr %21, align 4
  br label %52
52:                                               ; preds = %96, %51
  %53 = load i32, ptr %21, align 4
  %54 = icmp slt i32 %53, 1
  br i1 %54, label %56, label %55
55:                                               ; preds = %52
  store i32 11, ptr %18, align 4
  br label %99
56:                                               ; preds = %52
  %57 = load ptr, ptr %15, align 8
  %58 = load i32, ptr %21, align 4
  %59 = sext i32 %58 to i64
  %60 = load ptr, ptr %7, align 8
  %61 = getelementptr inbounds nuw %struct.Product, ptr %60, i32 0, i32 7
  %62 = load i64, ptr %61, align 8
  %63 = mul nsw i64 %59, %62
  %64 = getelementptr inbounds i16, ptr %57, i64 %63
  %65 = load i64, ptr %17, align 8
  %66 = getelementptr inbounds i16, ptr %64, i64 %65
  %67 = load i32, ptr %19, align 4
  %68 = sext i32 %67 to i64
  %69 = getelementptr inbounds i16, ptr %66, i64 %68
  %70 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %69)
  %71 = insertelement <8 x i32> poison, i32 %70, i64 0
  %72 = shufflevector <8 x i32> %71, <8 x i32> poison, <8 x i32> zeroinitializer
  %73 = add <8 x i32> zeroinitializer, %72
  %74 = bitcast <8 x i32> %73 to <16 x i16>
  store <16 x i16> %74, ptr %22, align 32
  %75 = load i32, ptr %21, align 4
  %76 = sext i32 %75 to i64
  %77 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %76
  %78 = load i32, ptr %20, align 4
  %79 = sext i32 %78 to i64
  %80 = getelementptr inbounds [2 x <8 x i32>], ptr %77, i64 0, i64 %79
  %81 = load <8 x i32>, ptr %80, align 32
  %82 = load ptr, ptr %8, align 8
  %83 = load i32, ptr %20, align 4
  %84 = mul nsw i32 16, %83
  %85 = sext i32 %84 to i64
  %86 = getelementptr inbounds i16, ptr %82, i64 %85
  %87 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %86)
  %88 = load <16 x i16>, ptr %22, align 32
  %89 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %81, <16 x i16> noundef %87, <16 x i16> noundef %88)
  %90 = load i32, ptr %21, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %91
  %93 = load i32, ptr %20, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds [2 x <8 x i32>], ptr %92, i64 0, i64 %94
  store <8 x i32> %89, ptr %95, align 32
  br label %96
96:                                               ; preds = %56
  %97 = load i32, ptr %21, align 4
  %98 = add nsw i32 %97, 1
  store i32 %98, ptr %21, align 4
  br label %52, !llvm.loop !27
99:                                               ; preds = %55
  br label %100
100:                                              ; preds = %99
  %101 = load i32, ptr %20, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %20, align 4
  br label %47, !llvm.loop !28
103:                                              ; preds = %50
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %19, align 4
  %106 = add nsw i32 %105, 2
  store i32 %106, ptr %19, align 4
  %107 = load ptr, ptr %8, align 8
  %108 = getelementptr inbounds i16, ptr %107, i64 32
  store ptr %108, ptr %8, align 8
  br label %42, !llvm.loop !29
109:                                              ; preds = %45
  br label %110
110:                                              ; preds = %109
  %111 = load i64, ptr %17, align 8
  %112 = add nsw i64 %111, 8
  store i64 %112, ptr %17, align 8
  br label %36, !llvm.loop !30
113:                                              ; preds = %40
  store i32 0, ptr %23, align 4
  br label %114
114:                                              ; preds = %164, %113
  %115 = load i32, ptr %23, align 4
  %116 = icmp slt i32 %115, 1
  br i1 %116, label %118, label %117
117:                                              ; preds = %114
  store i32 14, ptr %18, align 4
  br label %167
118:                                              ; preds = %114
  store i32 0, ptr %24, align 4
  br label %119
119:                                              ; preds = %160, %118
  %120 = load i32, ptr %24, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 17, ptr %18, align 4
  br label %163
123:                                              ; preds = %119
  %124 = load ptr, ptr %7, align 8
  %125 = getelementptr inbounds nuw %struct.Product, ptr %124, i32 0, i32 4
  %126 = load ptr, ptr %125, align 8
  %127 = load i64, ptr %12, align 8
  %128 = load i32, ptr %23, align 4
  %129 = sext i32 %128 to i64
  %130 = add nsw i64 %127, %129
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 8
  %133 = load i64, ptr %132, align 8
  %134 = mul nsw i64 %130, %133
  %135 = getelementptr inbounds float, ptr %126, i64 %134
  %136 = load i64, ptr %9, align 8
  %137 = getelementptr inbounds float, ptr %135, i64 %136
  %138 = load i32, ptr %24, align 4
  %139 = mul nsw i32 8, %138
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds float, ptr %137, i64 %140
  store ptr %141, ptr %25, align 8
  %142 = load ptr, ptr %25, align 8
  %143 = load i64, ptr %10, align 8
  %144 = icmp ne i64 %143, 0
  br i1 %144, label %145, label %148
145:                                              ; preds = %123
  %146 = load ptr, ptr %25, align 8
  %147 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %146)
  br label %149
148:                                              ; preds = %123
  br label %149
149:                                              ; preds = %148, %145
  %150 = phi <8 x float> [ %147, %145 ], [ zeroinitializer, %148 ]
  %151 = load i32, ptr %23, align 4
  %152 = sext i32 %151 to i64
  %153 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %152
  %154 = load i32, ptr %24, align 4
  %155 = sext i32 %154 to i64
  %156 = getelementptr inbounds [2 x <8 x i32>], ptr %153, i64 0, i64 %155
  %157 = load <8 x i32>, ptr %156, align 32
  %158 = sitofp <8 x i32> %157 to <8 x float>
  %159 = fadd <8 x float> %150, %158
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %142, <8 x float> noundef %159)
  br label %160
160:                                              ; preds = %149
  %161 = load i32, ptr %24, align 4
  %162 = add nsw i32 %161, 1
  store i32 %162, ptr %24, align 4
  br label %119, !llvm.loop !31
163:                                              ; preds = %122
  br label %164
164:                                              ; preds = %163
  %165 = load i32, ptr %23, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %23, align 4
  br label %114, !llvm.loop !32
167:                                              ; preds = %117
  ret void
}
define internal void @_ZL3putIDv8_fEvPvT_(ptr noundef %0, <8 x float> noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca <8 x float>, align 32
  store ptr %0, ptr %3, align 8
  store <8 x float> %1, ptr %4, align 32
  %5 = load <8 x float>, ptr %4, align 32
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere, ptr %6, i32 0, i32 0
  store <8 x float> %5, ptr %7, align 1
  ret void
}
define internal noundef <8 x float> @_ZL3fmaIDv8_fET_S1_S1_S1_(<8 x float> noundef %0, <8 x float> noundef %1, <8 x float> noundef %2) #3 {
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  store <8 x float> %2, ptr %6, align 32
  %7 = load <8 x float>, ptr %4, align 32
  %8 = load <8 x float>, ptr %5, align 32
  %9 = load <8 x float>, ptr %6, align 32
  %10 = call <8 x float> @llvm.fma.v8f32(<8 x float> %7, <8 x float> %8, <8 x float> %9)
  ret <8 x float> %10
}
define internal noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %0) #8 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.1, ptr %3, i32 0, i32 0
  %5 = load <16 x i8>, ptr %4, align 1
  ret <16 x i8> %5
}
define internal noundef <32 x i8> @_ZL4pickILi32EDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(<16 x i8> noundef %0, <16 x i8> noundef %1) #3 {
  %3 = alloca %class.anon, align 1
  %4 = alloca <16 x i8>, align 16
  %5 = alloca <16 x i8>, align 16
  %6 = alloca %class.anon, align 1
  %7 = alloca %struct.Sequence, align 1
  store <16 x i8> %0, ptr %4, align 16
  store <16 x i8> %1, ptr %5, align 16
  %8 = load <16 x i8>, ptr %4, align 16
  %9 = load <16 x i8>, ptr %5, align 16
  %10 = call noundef <32 x i8> @_ZL7pick_ofIDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(<16 x i8> noundef %8, <16 x i8> noundef %9)
  ret <32 x i8> %10
}
define internal void @_ZL3putIDv32_sEvPvT_(ptr noundef %0, <32 x i16> noundef %1) #9 {
  %3 = alloca ptr, align 8
  %4 = alloca <32 x i16>, align 64
  store ptr %0, ptr %3, align 8
  store <32 x i16> %1, ptr %4, align 64
  %5 = load <32 x i16>, ptr %4, align 64
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.2, ptr %6, i32 0, i32 0
  store <32 x i16> %5, ptr %7, align 1
  ret void
}
define internal noundef <32 x i8> @_ZL7pick_ofIDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(<16 x i8> noundef %0, <16 x i8> noundef %1) #3 {
  %3 = alloca %class.anon, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <16 x i8>, align 16
  %6 = alloca <16 x i8>, align 16
  store <16 x i8> %0, ptr %5, align 16
  store <16 x i8> %1, ptr %6, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = load <16 x i8>, ptr %6, align 16
  %9 = shufflevector <16 x i8> %7, <16 x i8> %8, <32 x i32> <i32 0, i32 16, i32 1, i32 17, i32 2, i32 18, i32 3, i32 19, i32 4, i32 20, i32 5, i32 21, i32 6, i32 22, i32 7, i32 23, i32 8, i32 24, i32 9, i32 25, i32 10, i32 26, i32 11, i32 27, i32 12, i32 28, i32 13, i32 29, i32 14, i32 30, i32 15, i32 31>
  ret <32 x i8> %9
}
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #10
define internal noundef i32 @_ZL4loadIiET_PKv(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.3, ptr %3, i32 0, i32 0
  %5 = load i32, ptr %4, align 1
  ret i32 %5
}
define internal noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %0, <16 x i16> noundef %1, <16 x i16> noundef %2) #3 {
  %4 = alloca <8 x i32>, align 32
  %5 = alloca <16 x i16>, align 32
  %6 = alloca <16 x i16>, align 32
  store <8 x i32> %0, ptr %4, align 32
  store <16 x i16> %1, ptr %5, align 32
  store <16 x i16> %2, ptr %6, align 32
  %7 = load <8 x i32>, ptr %4, align 32
  %8 = load <16 x i16>, ptr %5, align 32
  %9 = load <16 x i16>, ptr %6, align 32
  %10 = call noundef <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> noundef %8, <16 x i16> noundef %9)
  %11 = add <8 x i32> %7, %10
  ret <8 x i32> %11
}
define internal noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.4, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
declare <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16>, <16 x i16>) #11
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>) #6
define internal void @_ZL5widenILi32EEvPK7ProductPslll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #9 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca ptr, align 8
  %13 = alloca <32 x i8>, align 32
  %14 = alloca <32 x i8>, align 32
  %15 = alloca <64 x i8>, align 64
  %16 = alloca %class.anon.5, align 1
  %17 = alloca <64 x i16>, align 128
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  %18 = load i64, ptr %9, align 8
  store i64 %18, ptr %11, align 8
  br label %19
19:                                               ; preds = %50, %5
  %20 = load i64, ptr %11, align 8
  %21 = load i64, ptr %10, align 8
  %22 = icmp slt i64 %20, %21
  br i1 %22, label %24, label %23
23:                                               ; preds = %19
  br label %55
24:                                               ; preds = %19
  %25 = load ptr, ptr %6, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %11, align 8
  %29 = load ptr, ptr %6, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  %34 = load i64, ptr %8, align 8
  %35 = getelementptr inbounds i8, ptr %33, i64 %34
  store ptr %35, ptr %12, align 8
  %36 = load ptr, ptr %12, align 8
  %37 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %36)
  store <32 x i8> %37, ptr %13, align 32
  %38 = load ptr, ptr %12, align 8
  %39 = load ptr, ptr %6, align 8
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 8
  %41 = load i64, ptr %40, align 8
  %42 = getelementptr inbounds i8, ptr %38, i64 %41
  %43 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %42)
  store <32 x i8> %43, ptr %14, align 32
  %44 = load <32 x i8>, ptr %13, align 32
  %45 = load <32 x i8>, ptr %14, align 32
  %46 = call noundef <64 x i8> @_ZL4pickILi64EDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(<32 x i8> noundef %44, <32 x i8> noundef %45)
  store <64 x i8> %46, ptr %15, align 64
  %47 = load ptr, ptr %7, align 8
  %48 = load <64 x i8>, ptr %15, align 64
  %49 = sext <64 x i8> %48 to <64 x i16>
  store <64 x i16> %49, ptr %17, align 128
  call void @_ZL3putIDv64_sEvPvT_(ptr noundef %47, ptr noundef byval(<64 x i16>) align 128 %17)
  br label %50
50:                                               ; preds = %24
  %51 = load i64, ptr %11, align 8
  %52 = add nsw i64 %51, 2
  store i64 %52, ptr %11, align 8
  %53 = load ptr, ptr %7, align 8
  %54 = getelementptr inbounds i16, ptr %53, i64 64
  store ptr %54, ptr %7, align 8
  br label %19, !llvm.loop !33
55:                                               ; preds = %23
  ret void
}
define internal void @_ZL8multiplyILi2ELi32EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #3 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [2 x [4 x <8 x i32>]], align 32
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 32
  %23 = alloca i32, align 4
  %24 = alloca i32, align 4
  %25 = alloca ptr, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 4, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 32 %14, i8 0, i64 256, i1 false)
  %26 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %26)
  %27 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %28 = load ptr, ptr %27, align 8
  %29 = load i64, ptr %12, align 8
  %30 = load ptr, ptr %7, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 7
  %32 = load i64, ptr %31, align 8
  %33 = mul nsw i64 %29, %32
  %34 = getelementptr inbounds i16, ptr %28, i64 %33
  store ptr %34, ptr %15, align 8
  %35 = load i64, ptr %10, align 8
  store i64 %35, ptr %17, align 8
  br label %36
36:                                               ; preds = %110, %6
  %37 = load i64, ptr %17, align 8
  %38 = load i64, ptr %11, align 8
  %39 = icmp slt i64 %37, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %36
  store i32 2, ptr %18, align 4
  br label %113
41:                                               ; preds = %36
  store i32 0, ptr %19, align 4
  br label %42
42:                                               ; preds = %104, %41
  %43 = load i32, ptr %19, align 4
  %44 = icmp slt i32 %43, 8
  br i1 %44, label %46, label %45
45:                                               ; preds = %42
  store i32 5, ptr %18, align 4
  br label %109
46:                                               ; preds = %42
  store i32 0, ptr %20, align 4
  br label %47
47:                                               ; preds = %100, %46
  %48 = load i32, ptr %20, align 4
  %49 = icmp slt i32 %48, 4
  br i1 %49, label %51, label %50
50:                                               ; preds = %47
  store i32 8, ptr %18, align 4
  br label %103
51:                                               ; preds = %47
  store i32 0, ptr %21, align 4
  br label %52
52:                                               ; preds = %96, %51
  %53 = load i32, ptr %21, align 4
  %54 = icmp slt i32 %53, 2
  br i1 %54, label %56, label %55
55:                                               ; preds = %52
  store i32 11, ptr %18, align 4
  br label %99
56:                                               ; preds = %52
  %57 = load ptr, ptr %15, align 8
  %58 = load i32, ptr %21, align 4
  %59 = sext i32 %58 to i64
  %60 = load ptr, ptr %7, align 8
  %61 = getelementptr inbounds nuw %struct.Product, ptr %60, i32 0, i32 7
  %62 = load i64, ptr %61, align 8
  %63 = mul nsw i64 %59, %62
  %64 = getelementptr inbounds i16, ptr %57, i64 %63
  %65 = load i64, ptr %17, align 8
  %66 = getelementptr inbounds i16, ptr %64, i64 %65
  %67 = load i32, ptr %19, align 4
  %68 = sext i32 %67 to i64
  %69 = getelementptr inbounds i16, ptr %66, i64 %68
  %70 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %69)
  %71 = insertelement <8 x i32> poison, i32 %70, i64 0
  %72 = shufflevector <8 x i32> %71, <8 x i32> poison, <8 x i32> zeroinitializer
  %73 = add <8 x i32> zeroinitializer, %72
  %74 = bitcast <8 x i32> %73 to <16 x i16>
  store <16 x i16> %74, ptr %22, align 32
  %75 = load i32, ptr %21, align 4
  %76 = sext i32 %75 to i64
  %77 = getelementptr inbounds [2 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %76
  %78 = load i32, ptr %20, align 4
  %79 = sext i32 %78 to i64
  %80 = getelementptr inbounds [4 x <8 x i32>], ptr %77, i64 0, i64 %79
  %81 = load <8 x i32>, ptr %80, align 32
  %82 = load ptr, ptr %8, align 8
  %83 = load i32, ptr %20, align 4
  %84 = mul nsw i32 16, %83
  %85 = sext i32 %84 to i64
  %86 = getelementptr inbounds i16, ptr %82, i64 %85
  %87 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %86)
  %88 = load <16 x i16>, ptr %22, align 32
  %89 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %81, <16 x i16> noundef %87, <16 x i16> noundef %88)
  %90 = load i32, ptr %21, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [2 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %91
  %93 = load i32, ptr %20, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds [4 x <8 x i32>], ptr %92, i64 0, i64 %94
  store <8 x i32> %89, ptr %95, align 32
  br label %96
96:                                               ; preds = %56
  %97 = load i32, ptr %21, align 4
  %98 = add nsw i32 %97, 1
  store i32 %98, ptr %21, align 4
  br label %52, !llvm.loop !34
99:                                               ; preds = %55
  br label %100
100:                                              ; preds = %99
  %101 = load i32, ptr %20, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %20, align 4
  br label %47, !llvm.loop !35
103:                                              ; preds = %50
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %19, align 4
  %106 = add nsw i32 %105, 2
  store i32 %106, ptr %19, align 4
  %107 = load ptr, ptr %8, align 8
  %108 = getelementptr inbounds i16, ptr %107, i64 64
  store ptr %108, ptr %8, align 8
  br label %42, !llvm.loop !36
109:                                              ; preds = %45
  br label %110
110:                                              ; preds = %109
  %111 = load i64, ptr %17, align 8
  %112 = add nsw i64 %111, 8
  store i64 %112, ptr %17, align 8
  br label %36, !llvm.loop !37
113:                                              ; preds = %40
  store i32 0, ptr %23, align 4
  br label %114
114:                                              ; preds = %164, %113
  %115 = load i32, ptr %23, align 4
  %116 = icmp slt i32 %115, 2
  br i1 %116, label %118, label %117
117:                                              ; preds = %114
  store i32 14, ptr %18, align 4
  br label %167
118:                                              ; preds = %114
  store i32 0, ptr %24, align 4
  br label %119
119:                                              ; preds = %160, %118
  %120 = load i32, ptr %24, align 4
  %121 = icmp slt i32 %120, 4
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 17, ptr %18, align 4
  br label %163
123:                                              ; preds = %119
  %124 = load ptr, ptr %7, align 8
  %125 = getelementptr inbounds nuw %struct.Product, ptr %124, i32 0, i32 4
  %126 = load ptr, ptr %125, align 8
  %127 = load i64, ptr %12, align 8
  %128 = load i32, ptr %23, align 4
  %129 = sext i32 %128 to i64
  %130 = add nsw i64 %127, %129
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 8
  %133 = load i64, ptr %132, align 8
  %134 = mul nsw i64 %130, %133
  %135 = getelementptr inbounds float, ptr %126, i64 %134
  %136 = load i64, ptr %9, align 8
  %137 = getelementptr inbounds float, ptr %135, i64 %136
  %138 = load i32, ptr %24, align 4
  %139 = mul nsw i32 8, %138
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds float, ptr %137, i64 %140
  store ptr %141, ptr %25, align 8
  %142 = load ptr, ptr %25, align 8
  %143 = load i64, ptr %10, align 8
  %144 = icmp ne i64 %143, 0
  br i1 %144, label %145, label %148
145:                                              ; preds = %123
  %146 = load ptr, ptr %25, align 8
  %147 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %146)
  br label %149
148:                                              ; preds = %123
  br label %149
149:                                              ; preds = %148, %145
  %150 = phi <8 x float> [ %147, %145 ], [ zeroinitializer, %148 ]
  %151 = load i32, ptr %23, align 4
  %152 = sext i32 %151 to i64
  %153 = getelementptr inbounds [2 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %152
  %154 = load i32, ptr %24, align 4
  %155 = sext i32 %154 to i64
  %156 = getelementptr inbounds [4 x <8 x i32>], ptr %153, i64 0, i64 %155
  %157 = load <8 x i32>, ptr %156, align 32
  %158 = sitofp <8 x i32> %157 to <8 x float>
  %159 = fadd <8 x float> %150, %158
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %142, <8 x float> noundef %159)
  br label %160
160:                                              ; preds = %149
  %161 = load i32, ptr %24, align 4
  %162 = add nsw i32 %161, 1
  store i32 %162, ptr %24, align 4
  br label %119, !llvm.loop !38
163:                                              ; preds = %122
  br label %164
164:                                              ; preds = %163
  %165 = load i32, ptr %23, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %23, align 4
  br label %114, !llvm.loop !39
167:                                              ; preds = %117
  ret void
}
define internal void @_ZL8multiplyILi1ELi32EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #3 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [1 x [4 x <8 x i32>]], align 32
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 32
  %23 = alloca i32, align 4
  %24 = alloca i32, align 4
  %25 = alloca ptr, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 4, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 32 %14, i8 0, i64 128, i1 false)
  %26 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %26)
  %27 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %28 = load ptr, ptr %27, align 8
  %29 = load i64, ptr %12, align 8
  %30 = load ptr, ptr %7, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 7
  %32 = load i64, ptr %31, align 8
  %33 = mul nsw i64 %29, %32
  %34 = getelementptr inbounds i16, ptr %28, i64 %33
  store ptr %34, ptr %15, align 8
  %35 = load i64, ptr %10, align 8
  store i64 %35, ptr %17, align 8
  br label %36
36:                                               ; preds = %110, %6
  %37 = load i64, ptr %17, align 8
  %38 = load i64, ptr %11, align 8
  %39 = icmp slt i64 %37, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %36
  store i32 2, ptr %18, align 4
  br label %113
41:                                               ; preds = %36
  store i32 0, ptr %19, align 4
  br label %42
42:                                               ; preds = %104, %41
  %43 = load i32, ptr %19, align 4
  %44 = icmp slt i32 %43, 8
  br i1 %44, label %46, label %45
45:                                               ; preds = %42
  store i32 5, ptr %18, align 4
  br label %109
46:                                               ; preds = %42
  store i32 0, ptr %20, align 4
  br label %47
47:                                               ; preds = %100, %46
  %48 = load i32, ptr %20, align 4
  %49 = icmp slt i32 %48, 4
  br i1 %49, label %51, label %50
50:                                               ; preds = %47
  store i32 8, ptr %18, align 4
  br label %103
51:                                               ; preds = %47
  store i32 0, ptr %21, align 4
  br label %52
52:                                               ; preds = %96, %51
  %53 = load i32, ptr %21, align 4
  %54 = icmp slt i32 %53, 1
  br i1 %54, label %56, label %55
55:                                               ; preds = %52
  store i32 11, ptr %18, align 4
  br label %99
56:                                               ; preds = %52
  %57 = load ptr, ptr %15, align 8
  %58 = load i32, ptr %21, align 4
  %59 = sext i32 %58 to i64
  %60 = load ptr, ptr %7, align 8
  %61 = getelementptr inbounds nuw %struct.Product, ptr %60, i32 0, i32 7
  %62 = load i64, ptr %61, align 8
  %63 = mul nsw i64 %59, %62
  %64 = getelementptr inbounds i16, ptr %57, i64 %63
  %65 = load i64, ptr %17, align 8
  %66 = getelementptr inbounds i16, ptr %64, i64 %65
  %67 = load i32, ptr %19, align 4
  %68 = sext i32 %67 to i64
  %69 = getelementptr inbounds i16, ptr %66, i64 %68
  %70 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %69)
  %71 = insertelement <8 x i32> poison, i32 %70, i64 0
  %72 = shufflevector <8 x i32> %71, <8 x i32> poison, <8 x i32> zeroinitializer
  %73 = add <8 x i32> zeroinitializer, %72
  %74 = bitcast <8 x i32> %73 to <16 x i16>
  store <16 x i16> %74, ptr %22, align 32
  %75 = load i32, ptr %21, align 4
  %76 = sext i32 %75 to i64
  %77 = getelementptr inbounds [1 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %76
  %78 = load i32, ptr %20, align 4
  %79 = sext i32 %78 to i64
  %80 = getelementptr inbounds [4 x <8 x i32>], ptr %77, i64 0, i64 %79
  %81 = load <8 x i32>, ptr %80, align 32
  %82 = load ptr, ptr %8, align 8
  %83 = load i32, ptr %20, align 4
  %84 = mul nsw i32 16, %83
  %85 = sext i32 %84 to i64
  %86 = getelementptr inbounds i16, ptr %82, i64 %85
  %87 = call noundef <16 x i16> @_ZL4loadIDv16_sET_PKv(ptr noundef %86)
  %88 = load <16 x i16>, ptr %22, align 32
  %89 = call noundef <8 x i32> @_ZL12add_productsDv8_iDv16_sS0_(<8 x i32> noundef %81, <16 x i16> noundef %87, <16 x i16> noundef %88)
  %90 = load i32, ptr %21, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [1 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %91
  %93 = load i32, ptr %20, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds [4 x <8 x i32>], ptr %92, i64 0, i64 %94
  store <8 x i32> %89, ptr %95, align 32
  br label %96
96:                                               ; preds = %56
  %97 = load i32, ptr %21, align 4
  %98 = add nsw i32 %97, 1
  store i32 %98, ptr %21, align 4
  br label %52, !llvm.loop !40
99:                                               ; preds = %55
  br label %100
100:                                              ; preds = %99
  %101 = load i32, ptr %20, align 4
  %102 = add nsw i32 %101, 1
  store i32 %102, ptr %20, align 4
  br label %47, !llvm.loop !41
103:                                              ; preds = %50
  br label %104
104:                                              ; preds = %103
  %105 = load i32, ptr %19, align 4
  %106 = add nsw i32 %105, 2
  store i32 %106, ptr %19, align 4
  %107 = load ptr, ptr %8, align 8
  %108 = getelementptr inbounds i16, ptr %107, i64 64
  store ptr %108, ptr %8, align 8
  br label %42, !llvm.loop !42
109:                                              ; preds = %45
  br label %110
110:                                              ; preds = %109
  %111 = load i64, ptr %17, align 8
  %112 = add nsw i64 %111, 8
  store i64 %112, ptr %17, align 8
  br label %36, !llvm.loop !43
113:                                              ; preds = %40
  store i32 0, ptr %23, align 4
  br label %114
114:                                              ; preds = %164, %113
  %115 = load i32, ptr %23, align 4
  %116 = icmp slt i32 %115, 1
  br i1 %116, label %118, label %117
117:                                              ; preds = %114
  store i32 14, ptr %18, align 4
  br label %167
118:                                              ; preds = %114
  store i32 0, ptr %24, align 4
  br label %119
119:                                              ; preds = %160, %118
  %120 = load i32, ptr %24, align 4
  %121 = icmp slt i32 %120, 4
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 17, ptr %18, align 4
  br label %163
123:                                              ; preds = %119
  %124 = load ptr, ptr %7, align 8
  %125 = getelementptr inbounds nuw %struct.Product, ptr %124, i32 0, i32 4
  %126 = load ptr, ptr %125, align 8
  %127 = load i64, ptr %12, align 8
  %128 = load i32, ptr %23, align 4
  %129 = sext i32 %128 to i64
  %130 = add nsw i64 %127, %129
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 8
  %133 = load i64, ptr %132, align 8
  %134 = mul nsw i64 %130, %133
  %135 = getelementptr inbounds float, ptr %126, i64 %134
  %136 = load i64, ptr %9, align 8
  %137 = getelementptr inbounds float, ptr %135, i64 %136
  %138 = load i32, ptr %24, align 4
  %139 = mul nsw i32 8, %138
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds float, ptr %137, i64 %140
  store ptr %141, ptr %25, align 8
  %142 = load ptr, ptr %25, align 8
  %143 = load i64, ptr %10, align 8
  %144 = icmp ne i64 %143, 0
  br i1 %144, label %145, label %148
145:                                              ; preds = %123
  %146 = load ptr, ptr %25, align 8
  %147 = call noundef <8 x float> @_ZL4loadIDv8_fET_PKv(ptr noundef %146)
  br label %149
148:                                              ; preds = %123
  br label %149
149:                                              ; preds = %148, %145
  %150 = phi <8 x float> [ %147, %145 ], [ zeroinitializer, %148 ]
  %151 = load i32, ptr %23, align 4
  %152 = sext i32 %151 to i64
  %153 = getelementptr inbounds [1 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %152
  %154 = load i32, ptr %24, align 4
  %155 = sext i32 %154 to i64
  %156 = getelementptr inbounds [4 x <8 x i32>], ptr %153, i64 0, i64 %155
  %157 = load <8 x i32>, ptr %156, align 32
  %158 = sitofp <8 x i32> %157 to <8 x float>
  %159 = fadd <8 x float> %150, %158
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %142, <8 x float> noundef %159)
  br label %160
160:                                              ; preds = %149
  %161 = load i32, ptr %24, align 4
  %162 = add nsw i32 %161, 1
  store i32 %162, ptr %24, align 4
  br label %119, !llvm.loop !44
163:                                              ; preds = %122
  br label %164
164:                                              ; preds = %163
  %165 = load i32, ptr %23, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %23, align 4
  br label %114, !llvm.loop !45
167:                                              ; preds = %117
  ret void
}
define internal noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.7, ptr %3, i32 0, i32 0
  %5 = load <32 x i8>, ptr %4, align 1
  ret <32 x i8> %5
}
define internal noundef <64 x i8> @_ZL4pickILi64EDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(<32 x i8> noundef %0, <32 x i8> noundef %1) #9 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <32 x i8>, align 32
  %5 = alloca <32 x i8>, align 32
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence.8, align 1
  store <32 x i8> %0, ptr %4, align 32
  store <32 x i8> %1, ptr %5, align 32
  %8 = load <32 x i8>, ptr %4, align 32
  %9 = load <32 x i8>, ptr %5, align 32
  %10 = call noundef <64 x i8> @_ZL7pick_ofIDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(<32 x i8> noundef %8, <32 x i8> noundef %9)
  ret <64 x i8> %10
}
define internal void @_ZL3putIDv64_sEvPvT_(ptr noundef %0, ptr noundef byval(<64 x i16>) align 128 %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca <64 x i16>, align 128
  %5 = load <64 x i16>, ptr %1, align 128
  store ptr %0, ptr %3, align 8
  store <64 x i16> %5, ptr %4, align 128
  %6 = load <64 x i16>, ptr %4, align 128
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.Anywhere.9, ptr %7, i32 0, i32 0
  store <64 x i16> %6, ptr %8, align 1
  ret void
}
define internal noundef <64 x i8> @_ZL7pick_ofIDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(<32 x i8> noundef %0, <32 x i8> noundef %1) #9 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence.8, align 1
  %5 = alloca <32 x i8>, align 32
  %6 = alloca <32 x i8>, align 32
  store <32 x i8> %0, ptr %5, align 32
  store <32 x i8> %1, ptr %6, align 32
  %7 = load <32 x i8>, ptr %5, align 32
  %8 = load <32 x i8>, ptr %6, align 32
  %9 = shufflevector <32 x i8> %7, <32 x i8> %8, <64 x i32> <i32 0, i32 32, i32 1, i32 33, i32 2, i32 34, i32 3, i32 35, i32 4, i32 36, i32 5, i32 37, i32 6, i32 38, i32 7, i32 39, i32 8, i32 40, i32 9, i32 41, i32 10, i32 42, i32 11, i32 43, i32 12, i32 44, i32 13, i32 45, i32 14, i32 46, i32 15, i32 47, i32 16, i32 48, i32 17, i32 49, i32 18, i32 50, i32 19, i32 51, i32 20, i32 52, i32 21, i32 53, i32 22, i32 54, i32 23, i32 55, i32 24, i32 56, i32 25, i32 57, i32 26, i32 58, i32 27, i32 59, i32 28, i32 60, i32 29, i32 61, i32 30, i32 62, i32 31, i32 63>
  ret <64 x i8> %9
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #3 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #4 = { nounwind }
attributes #5 = { mustprogress nounwind uwtable(sync) }
attributes #6 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #7 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #8 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #9 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #10 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #11 = { nocallback nofree nosync nounwind willreturn memory(none) }
attributes #12 = { nounwind }
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
!10 = distinct !{!10, !7}
!11 = distinct !{!11, !7}
!12 = distinct !{!12, !7}
!13 = distinct !{!13, !7}
!14 = distinct !{!14, !7}
!15 = distinct !{!15, !7}
!16 = distinct !{!16, !7}
!17 = distinct !{!17, !7}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7}
!20 = distinct !{!20, !7, !21}
!21 = !{!"llvm.loop.unroll.full"}
!22 = distinct !{!22, !7, !21}
!23 = distinct !{!23, !7, !21}
!24 = distinct !{!24, !7}
!25 = distinct !{!25, !7, !21}
!26 = distinct !{!26, !7, !21}
!27 = distinct !{!27, !7, !21}
!28 = distinct !{!28, !7, !21}
!29 = distinct !{!29, !7, !21}
!30 = distinct !{!30, !7}
!31 = distinct !{!31, !7, !21}
!32 = distinct !{!32, !7, !21}
!33 = distinct !{!33, !7}
!34 = distinct !{!34, !7, !21}
!35 = distinct !{!35, !7, !21}
!36 = distinct !{!36, !7, !21}
!37 = distinct !{!37, !7}
!38 = distinct !{!38, !7, !21}
!39 = distinct !{!39, !7, !21}
!40 = distinct !{!40, !7, !21}
!41 = distinct !{!41, !7, !21}
!42 = distinct !{!42, !7, !21}
!43 = distinct !{!43, !7}
!44 = distinct !{!44, !7, !21}
!45 = distinct !{!45, !7, !21}
