%class.anon.4 = type { i8 }
%class.anon.6 = type { i8 }
%class.anon.8 = type { i8 }
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
%struct.Anywhere.11 = type { <16 x i16> }
%struct.Sequence.10 = type { i8 }
%class.anon.12 = type { i8 }
%struct.Anywhere.14 = type { <32 x i8> }
%struct.Sequence.15 = type { i8 }
%struct.Anywhere.16 = type { <64 x i16> }
$_ZN7RoundedC2EPK7Product = comdat any
@__const._ZL12add_productsDv8_iDv16_sS0_.half = private unnamed_addr constant %class.anon.4 undef, align 1
@__const._ZL12add_productsDv8_iDv16_sS0_.even = private unnamed_addr constant %class.anon.6 undef, align 1
@__const._ZL12add_productsDv8_iDv16_sS0_.odd = private unnamed_addr constant %class.anon.8 undef, align 1
define void @int8_rows(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca %struct.Range, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Product, ptr %6, i32 0, i32 6
  %8 = load i64, ptr %7, align 8
  %9 = call [2 x i64] @_ZL14of_this_threadl(i64 noundef %8)
  store [2 x i64] %9, ptr %3, align 8
  %10 = getelementptr inbounds nuw %struct.Range, ptr %3, i32 0, i32 0
  %11 = load i64, ptr %10, align 8
  store i64 %11, ptr %4, align 8
  br label %12
12:                                               ; preds = %21, %1
  %13 = load i64, ptr %4, align 8
  %14 = getelementptr inbounds nuw %struct.Range, ptr %3, i32 0, i32 1
  %15 = load i64, ptr %14, align 8
  %16 = icmp slt i64 %13, %15
  br i1 %16, label %18, label %17
17:                                               ; preds = %12
  br label %24
18:                                               ; preds = %12
  %19 = load ptr, ptr %2, align 8
  %20 = load i64, ptr %4, align 8
  call void @_ZL5roundPK7Productl(ptr noundef %19, i64 noundef %20)
  br label %21
21:                                               ; preds = %18
  %22 = load i64, ptr %4, align 8
  %23 = add nsw i64 %22, 1
  store i64 %23, ptr %4, align 8
  br label %12, !llvm.loop !6
24:                                               ; preds = %17
  call void @GOMP_barrier()
  br label %25
25:                                               ; preds = %47, %24
  %26 = load ptr, ptr %2, align 8
  %27 = call noundef i64 @_ZL9next_tileP7Product(ptr noundef %26)
  %28 = mul nsw i64 %27, 32
  store i64 %28, ptr %5, align 8
  %29 = load ptr, ptr %2, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = icmp slt i64 %28, %31
  br i1 %32, label %34, label %33
33:                                               ; preds = %25
  br label %48
34:                                               ; preds = %25
  %35 = load ptr, ptr %2, align 8
  %36 = getelementptr inbounds nuw %struct.Product, ptr %35, i32 0, i32 8
  %37 = load i64, ptr %36, align 8
  %38 = load i64, ptr %5, align 8
  %39 = sub nsw i64 %37, %38
  %40 = icmp slt i64 %39, 32
  br i1 %40, label %41, label %44
41:                                               ; preds = %34
  %42 = load ptr, ptr %2, align 8
  %43 = load i64, ptr %5, align 8
  call void @_ZL4tileILi16EEvPK7Productl(ptr noundef %42, i64 noundef %43)
  br label %47
44:                                               ; preds = %34
  %45 = load ptr, ptr %2, align 8
  %46 = load i64, ptr %5, align 8
  call void @_ZL4tileILi32EEvPK7Productl(ptr noundef %45, i64 noundef %46)
  br label %47
47:                                               ; preds = %44, %41
  br label %25, !llvm.loop !8
48:                                               ; preds = %33
  ret void
}
define internal [2 x i64] @_ZL14of_this_threadl(i64 noundef %0) #2 {
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
  %23 = load [2 x i64], ptr %2, align 8
  ret [2 x i64] %23
}
define internal void @_ZL5roundPK7Productl(ptr noundef %0, i64 noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca %struct.Rounded, align 8
  %6 = alloca ptr, align 8
  %7 = alloca <8 x float>, align 16
  %8 = alloca i64, align 8
  %9 = alloca <8 x float>, align 16
  %10 = alloca float, align 4
  %11 = alloca float, align 4
  %12 = alloca i64, align 8
  %13 = alloca <8 x float>, align 16
  %14 = alloca <8 x float>, align 16
  %15 = alloca <8 x i32>, align 16
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %16 = load ptr, ptr %3, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %5, ptr noundef %16)
  %17 = load ptr, ptr %3, align 8
  %18 = getelementptr inbounds nuw %struct.Product, ptr %17, i32 0, i32 3
  %19 = load ptr, ptr %18, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load ptr, ptr %3, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 7
  %23 = load i64, ptr %22, align 8
  %24 = mul nsw i64 %20, %23
  %25 = getelementptr inbounds float, ptr %19, i64 %24
  store ptr %25, ptr %6, align 8
  store <8 x float> zeroinitializer, ptr %7, align 16
  store i64 0, ptr %8, align 8
  br label %26
26:                                               ; preds = %41, %2
  %27 = load i64, ptr %8, align 8
  %28 = load ptr, ptr %3, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 7
  %30 = load i64, ptr %29, align 8
  %31 = icmp slt i64 %27, %30
  br i1 %31, label %33, label %32
32:                                               ; preds = %26
  br label %44
33:                                               ; preds = %26
  %34 = load ptr, ptr %6, align 8
  %35 = load i64, ptr %8, align 8
  %36 = getelementptr inbounds float, ptr %34, i64 %35
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %9, ptr noundef %36)
  %37 = load <8 x float>, ptr %9, align 16
  %38 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %37)
  %39 = load <8 x float>, ptr %7, align 16
  %40 = call <8 x float> @llvm.maximum.v8f32(<8 x float> %38, <8 x float> %39)
  store <8 x float> %40, ptr %7, align 16
  br label %41
41:                                               ; preds = %33
  %42 = load i64, ptr %8, align 8
  %43 = add nsw i64 %42, 8
  store i64 %43, ptr %8, align 8
  br label %26, !llvm.loop !9
44:                                               ; preds = %32
  %45 = load <8 x float>, ptr %7, align 16
  %46 = call float @llvm.vector.reduce.fmaximum.v8f32(<8 x float> %45)
  %47 = fdiv float %46, 3.276700e+04
  store float %47, ptr %10, align 4
  %48 = load float, ptr %10, align 4
  %49 = fcmp olt float %48, 0x3810000000000000
  br i1 %49, label %50, label %51
50:                                               ; preds = %44
  br label %53
51:                                               ; preds = %44
  %52 = load float, ptr %10, align 4
  br label %53
53:                                               ; preds = %51, %50
  %54 = phi float [ 0x3810000000000000, %50 ], [ %52, %51 ]
  store float %54, ptr %11, align 4
  %55 = load float, ptr %11, align 4
  %56 = getelementptr inbounds nuw %struct.Rounded, ptr %5, i32 0, i32 1
  %57 = load ptr, ptr %56, align 8
  %58 = load i64, ptr %4, align 8
  %59 = getelementptr inbounds float, ptr %57, i64 %58
  store float %55, ptr %59, align 4
  store i64 0, ptr %12, align 8
  br label %60
60:                                               ; preds = %99, %53
  %61 = load i64, ptr %12, align 8
  %62 = load ptr, ptr %3, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 7
  %64 = load i64, ptr %63, align 8
  %65 = icmp slt i64 %61, %64
  br i1 %65, label %67, label %66
66:                                               ; preds = %60
  br label %102
67:                                               ; preds = %60
  %68 = load ptr, ptr %6, align 8
  %69 = load i64, ptr %12, align 8
  %70 = getelementptr inbounds float, ptr %68, i64 %69
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %14, ptr noundef %70)
  %71 = load <8 x float>, ptr %14, align 16
  %72 = load float, ptr %11, align 4
  %73 = fdiv float 1.000000e+00, %72
  %74 = insertelement <8 x float> poison, float %73, i64 0
  %75 = shufflevector <8 x float> %74, <8 x float> poison, <8 x i32> zeroinitializer
  %76 = fmul <8 x float> %71, %75
  %77 = call <8 x float> @llvm.rint.v8f32(<8 x float> %76)
  store <8 x float> %77, ptr %13, align 16
  %78 = load <8 x float>, ptr %13, align 16
  %79 = load <8 x float>, ptr %13, align 16
  %80 = fcmp une <8 x float> %78, %79
  %81 = sext <8 x i1> %80 to <8 x i32>
  %82 = load <8 x float>, ptr %13, align 16
  %83 = icmp ne <8 x i32> %81, zeroinitializer
  %84 = select <8 x i1> %83, <8 x float> zeroinitializer, <8 x float> %82
  store <8 x float> %84, ptr %13, align 16
  %85 = load <8 x float>, ptr %13, align 16
  %86 = fptosi <8 x float> %85 to <8 x i32>
  store <8 x i32> %86, ptr %15, align 16
  %87 = getelementptr inbounds nuw %struct.Rounded, ptr %5, i32 0, i32 0
  %88 = load ptr, ptr %87, align 8
  %89 = load i64, ptr %4, align 8
  %90 = load ptr, ptr %3, align 8
  %91 = getelementptr inbounds nuw %struct.Product, ptr %90, i32 0, i32 7
  %92 = load i64, ptr %91, align 8
  %93 = mul nsw i64 %89, %92
  %94 = getelementptr inbounds i16, ptr %88, i64 %93
  %95 = load i64, ptr %12, align 8
  %96 = getelementptr inbounds i16, ptr %94, i64 %95
  %97 = load <8 x i32>, ptr %15, align 16
  %98 = trunc <8 x i32> %97 to <8 x i16>
  call void @_ZL3putIDv8_sEvPvT_(ptr noundef %96, <8 x i16> noundef %98)
  br label %99
99:                                               ; preds = %67
  %100 = load i64, ptr %12, align 8
  %101 = add nsw i64 %100, 8
  store i64 %101, ptr %12, align 8
  br label %60, !llvm.loop !10
102:                                              ; preds = %66
  ret void
}
declare void @GOMP_barrier() #3
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
define internal void @_ZL4tileILi16EEvPK7Productl(ptr noundef %0, i64 noundef %1) #0 {
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
  %16 = alloca <8 x float>, align 16
  %17 = alloca <8 x float>, align 16
  %18 = alloca <8 x float>, align 16
  %19 = alloca <8 x float>, align 16
  %20 = alloca <8 x float>, align 16
  %21 = alloca <8 x float>, align 16
  %22 = alloca <8 x float>, align 16
  %23 = alloca <8 x float>, align 16
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  store i64 0, ptr %6, align 8
  br label %24
24:                                               ; preds = %74, %2
  %25 = load i64, ptr %6, align 8
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 7
  %28 = load i64, ptr %27, align 8
  %29 = icmp slt i64 %25, %28
  br i1 %29, label %31, label %30
30:                                               ; preds = %24
  br label %77
31:                                               ; preds = %24
  %32 = load i64, ptr %6, align 8
  %33 = add nsw i64 %32, 256
  %34 = load ptr, ptr %3, align 8
  %35 = getelementptr inbounds nuw %struct.Product, ptr %34, i32 0, i32 7
  %36 = load i64, ptr %35, align 8
  %37 = call noundef i64 @_ZL5leastll(i64 noundef %33, i64 noundef %36)
  store i64 %37, ptr %7, align 8
  %38 = load ptr, ptr %3, align 8
  %39 = getelementptr inbounds [4096 x i16], ptr %5, i64 0, i64 0
  %40 = load i64, ptr %4, align 8
  %41 = load i64, ptr %6, align 8
  %42 = load i64, ptr %7, align 8
  call void @_ZL5widenILi16EEvPK7ProductPslll(ptr noundef %38, ptr noundef %39, i64 noundef %40, i64 noundef %41, i64 noundef %42)
  store i64 0, ptr %8, align 8
  br label %43
43:                                               ; preds = %57, %31
  %44 = load i64, ptr %8, align 8
  %45 = add nsw i64 %44, 2
  %46 = load ptr, ptr %3, align 8
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 6
  %48 = load i64, ptr %47, align 8
  %49 = icmp sle i64 %45, %48
  br i1 %49, label %50, label %60
50:                                               ; preds = %43
  %51 = load ptr, ptr %3, align 8
  %52 = getelementptr inbounds [4096 x i16], ptr %5, i64 0, i64 0
  %53 = load i64, ptr %4, align 8
  %54 = load i64, ptr %6, align 8
  %55 = load i64, ptr %7, align 8
  %56 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi2ELi16EEvPK7ProductPKsllll(ptr noundef %51, ptr noundef %52, i64 noundef %53, i64 noundef %54, i64 noundef %55, i64 noundef %56)
  br label %57
57:                                               ; preds = %50
  %58 = load i64, ptr %8, align 8
  %59 = add nsw i64 %58, 2
  store i64 %59, ptr %8, align 8
  br label %43, !llvm.loop !11
60:                                               ; preds = %43
  %61 = load i64, ptr %8, align 8
  %62 = load ptr, ptr %3, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 6
  %64 = load i64, ptr %63, align 8
  %65 = icmp slt i64 %61, %64
  br i1 %65, label %66, label %73
66:                                               ; preds = %60
  %67 = load ptr, ptr %3, align 8
  %68 = getelementptr inbounds [4096 x i16], ptr %5, i64 0, i64 0
  %69 = load i64, ptr %4, align 8
  %70 = load i64, ptr %6, align 8
  %71 = load i64, ptr %7, align 8
  %72 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi1ELi16EEvPK7ProductPKsllll(ptr noundef %67, ptr noundef %68, i64 noundef %69, i64 noundef %70, i64 noundef %71, i64 noundef %72)
  br label %73
73:                                               ; preds = %66, %60
  br label %74
74:                                               ; preds = %73
  %75 = load i64, ptr %6, align 8
  %76 = add nsw i64 %75, 256
  store i64 %76, ptr %6, align 8
  br label %24, !llvm.loop !12
77:                                               ; preds = %30
  %78 = load ptr, ptr %3, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %9, ptr noundef %78)
  store i64 0, ptr %10, align 8
  br label %79
79:                                               ; preds = %136, %77
  %80 = load i64, ptr %10, align 8
  %81 = load ptr, ptr %3, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 6
  %83 = load i64, ptr %82, align 8
  %84 = icmp slt i64 %80, %83
  br i1 %84, label %86, label %85
85:                                               ; preds = %79
  store i32 8, ptr %11, align 4
  br label %139
86:                                               ; preds = %79
  %87 = load i64, ptr %4, align 8
  store i64 %87, ptr %12, align 8
  br label %88
88:                                               ; preds = %132, %86
  %89 = load i64, ptr %12, align 8
  %90 = load i64, ptr %4, align 8
  %91 = add nsw i64 %90, 16
  %92 = icmp slt i64 %89, %91
  br i1 %92, label %94, label %93
93:                                               ; preds = %88
  store i32 11, ptr %11, align 4
  br label %135
94:                                               ; preds = %88
  %95 = load ptr, ptr %3, align 8
  %96 = getelementptr inbounds nuw %struct.Product, ptr %95, i32 0, i32 4
  %97 = load ptr, ptr %96, align 8
  %98 = load i64, ptr %10, align 8
  %99 = load ptr, ptr %3, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 8
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 %98, %101
  %103 = getelementptr inbounds float, ptr %97, i64 %102
  %104 = load i64, ptr %12, align 8
  %105 = getelementptr inbounds float, ptr %103, i64 %104
  store ptr %105, ptr %13, align 8
  %106 = load ptr, ptr %3, align 8
  %107 = getelementptr inbounds nuw %struct.Product, ptr %106, i32 0, i32 1
  %108 = load ptr, ptr %107, align 8
  %109 = load i64, ptr %12, align 8
  %110 = getelementptr inbounds float, ptr %108, i64 %109
  store ptr %110, ptr %14, align 8
  %111 = load ptr, ptr %3, align 8
  %112 = getelementptr inbounds nuw %struct.Product, ptr %111, i32 0, i32 2
  %113 = load ptr, ptr %112, align 8
  %114 = load i64, ptr %12, align 8
  %115 = getelementptr inbounds float, ptr %113, i64 %114
  store ptr %115, ptr %15, align 8
  %116 = load ptr, ptr %13, align 8
  %117 = load ptr, ptr %13, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %16, ptr noundef %117)
  %118 = load <8 x float>, ptr %16, align 16
  %119 = getelementptr inbounds nuw %struct.Rounded, ptr %9, i32 0, i32 1
  %120 = load ptr, ptr %119, align 8
  %121 = load i64, ptr %10, align 8
  %122 = getelementptr inbounds float, ptr %120, i64 %121
  %123 = load float, ptr %122, align 4
  %124 = insertelement <8 x float> poison, float %123, i64 0
  %125 = shufflevector <8 x float> %124, <8 x float> poison, <8 x i32> zeroinitializer
  %126 = fmul <8 x float> %118, %125
  %127 = load ptr, ptr %14, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %17, ptr noundef %127)
  %128 = load <8 x float>, ptr %17, align 16
  %129 = load ptr, ptr %15, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %18, ptr noundef %129)
  %130 = load <8 x float>, ptr %18, align 16
  store <8 x float> %126, ptr %20, align 16
  store <8 x float> %128, ptr %21, align 16
  store <8 x float> %130, ptr %22, align 16
  call void @_ZL3fmaIDv8_fET_S1_S1_S1_(ptr dead_on_unwind writable sret(<8 x float>) align 16 %19, ptr noundef %20, ptr noundef %21, ptr noundef %22)
  %131 = load <8 x float>, ptr %19, align 16
  store <8 x float> %131, ptr %23, align 16
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %116, ptr noundef %23)
  br label %132
132:                                              ; preds = %94
  %133 = load i64, ptr %12, align 8
  %134 = add nsw i64 %133, 8
  store i64 %134, ptr %12, align 8
  br label %88, !llvm.loop !13
135:                                              ; preds = %93
  br label %136
136:                                              ; preds = %135
  %137 = load i64, ptr %10, align 8
  %138 = add nsw i64 %137, 1
  store i64 %138, ptr %10, align 8
  br label %79, !llvm.loop !14
139:                                              ; preds = %85
  ret void
}
define internal void @_ZL4tileILi32EEvPK7Productl(ptr noundef %0, i64 noundef %1) #0 {
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
  %16 = alloca <8 x float>, align 16
  %17 = alloca <8 x float>, align 16
  %18 = alloca <8 x float>, align 16
  %19 = alloca <8 x float>, align 16
  %20 = alloca <8 x float>, align 16
  %21 = alloca <8 x float>, align 16
  %22 = alloca <8 x float>, align 16
  %23 = alloca <8 x float>, align 16
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  store i64 0, ptr %6, align 8
  br label %24
24:                                               ; preds = %74, %2
  %25 = load i64, ptr %6, align 8
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 7
  %28 = load i64, ptr %27, align 8
  %29 = icmp slt i64 %25, %28
  br i1 %29, label %31, label %30
30:                                               ; preds = %24
  br label %77
31:                                               ; preds = %24
  %32 = load i64, ptr %6, align 8
  %33 = add nsw i64 %32, 256
  %34 = load ptr, ptr %3, align 8
  %35 = getelementptr inbounds nuw %struct.Product, ptr %34, i32 0, i32 7
  %36 = load i64, ptr %35, align 8
  %37 = call noundef i64 @_ZL5leastll(i64 noundef %33, i64 noundef %36)
  store i64 %37, ptr %7, align 8
  %38 = load ptr, ptr %3, align 8
  %39 = getelementptr inbounds [8192 x i16], ptr %5, i64 0, i64 0
  %40 = load i64, ptr %4, align 8
  %41 = load i64, ptr %6, align 8
  %42 = load i64, ptr %7, align 8
  call void @_ZL5widenILi32EEvPK7ProductPslll(ptr noundef %38, ptr noundef %39, i64 noundef %40, i64 noundef %41, i64 noundef %42)
  store i64 0, ptr %8, align 8
  br label %43
43:                                               ; preds = %57, %31
  %44 = load i64, ptr %8, align 8
  %45 = add nsw i64 %44, 2
  %46 = load ptr, ptr %3, align 8
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 6
  %48 = load i64, ptr %47, align 8
  %49 = icmp sle i64 %45, %48
  br i1 %49, label %50, label %60
50:                                               ; preds = %43
  %51 = load ptr, ptr %3, align 8
  %52 = getelementptr inbounds [8192 x i16], ptr %5, i64 0, i64 0
  %53 = load i64, ptr %4, align 8
  %54 = load i64, ptr %6, align 8
  %55 = load i64, ptr %7, align 8
  %56 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi2ELi32EEvPK7ProductPKsllll(ptr noundef %51, ptr noundef %52, i64 noundef %53, i64 noundef %54, i64 noundef %55, i64 noundef %56)
  br label %57
57:                                               ; preds = %50
  %58 = load i64, ptr %8, align 8
  %59 = add nsw i64 %58, 2
  store i64 %59, ptr %8, align 8
  br label %43, !llvm.loop !15
60:                                               ; preds = %43
  %61 = load i64, ptr %8, align 8
  %62 = load ptr, ptr %3, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 6
  %64 = load i64, ptr %63, align 8
  %65 = icmp slt i64 %61, %64
  br i1 %65, label %66, label %73
66:                                               ; preds = %60
  %67 = load ptr, ptr %3, align 8
  %68 = getelementptr inbounds [8192 x i16], ptr %5, i64 0, i64 0
  %69 = load i64, ptr %4, align 8
  %70 = load i64, ptr %6, align 8
  %71 = load i64, ptr %7, align 8
  %72 = load i64, ptr %8, align 8
  call void @_ZL8multiplyILi1ELi32EEvPK7ProductPKsllll(ptr noundef %67, ptr noundef %68, i64 noundef %69, i64 noundef %70, i64 noundef %71, i64 noundef %72)
  br label %73
73:                                               ; preds = %66, %60
  br label %74
74:                                               ; preds = %73
  %75 = load i64, ptr %6, align 8
  %76 = add nsw i64 %75, 256
  store i64 %76, ptr %6, align 8
  br label %24, !llvm.loop !16
77:                                               ; preds = %30
  %78 = load ptr, ptr %3, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %9, ptr noundef %78)
  store i64 0, ptr %10, align 8
  br label %79
79:                                               ; preds = %136, %77
  %80 = load i64, ptr %10, align 8
  %81 = load ptr, ptr %3, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 6
  %83 = load i64, ptr %82, align 8
  %84 = icmp slt i64 %80, %83
  br i1 %84, label %86, label %85
85:                                               ; preds = %79
  store i32 8, ptr %11, align 4
  br label %139
86:                                               ; preds = %79
  %87 = load i64, ptr %4, align 8
  store i64 %87, ptr %12, align 8
  br label %88
88:                                               ; preds = %132, %86
  %89 = load i64, ptr %12, align 8
  %90 = load i64, ptr %4, align 8
  %91 = add nsw i64 %90, 32
  %92 = icmp slt i64 %89, %91
  br i1 %92, label %94, label %93
93:                                               ; preds = %88
  store i32 11, ptr %11, align 4
  br label %135
94:                                               ; preds = %88
  %95 = load ptr, ptr %3, align 8
  %96 = getelementptr inbounds nuw %struct.Product, ptr %95, i32 0, i32 4
  %97 = load ptr, ptr %96, align 8
  %98 = load i64, ptr %10, align 8
  %99 = load ptr, ptr %3, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 8
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 %98, %101
  %103 = getelementptr inbounds float, ptr %97, i64 %102
  %104 = load i64, ptr %12, align 8
  %105 = getelementptr inbounds float, ptr %103, i64 %104
  store ptr %105, ptr %13, align 8
  %106 = load ptr, ptr %3, align 8
  %107 = getelementptr inbounds nuw %struct.Product, ptr %106, i32 0, i32 1
  %108 = load ptr, ptr %107, align 8
  %109 = load i64, ptr %12, align 8
  %110 = getelementptr inbounds float, ptr %108, i64 %109
  store ptr %110, ptr %14, align 8
  %111 = load ptr, ptr %3, align 8
  %112 = getelementptr inbounds nuw %struct.Product, ptr %111, i32 0, i32 2
  %113 = load ptr, ptr %112, align 8
  %114 = load i64, ptr %12, align 8
  %115 = getelementptr inbounds float, ptr %113, i64 %114
  store ptr %115, ptr %15, align 8
  %116 = load ptr, ptr %13, align 8
  %117 = load ptr, ptr %13, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %16, ptr noundef %117)
  %118 = load <8 x float>, ptr %16, align 16
  %119 = getelementptr inbounds nuw %struct.Rounded, ptr %9, i32 0, i32 1
  %120 = load ptr, ptr %119, align 8
  %121 = load i64, ptr %10, align 8
  %122 = getelementptr inbounds float, ptr %120, i64 %121
  %123 = load float, ptr %122, align 4
  %124 = insertelement <8 x float> poison, float %123, i64 0
  %125 = shufflevector <8 x float> %124, <8 x float> poison, <8 x i32> zeroinitializer
  %126 = fmul <8 x float> %118, %125
  %127 = load ptr, ptr %14, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %17, ptr noundef %127)
  %128 = load <8 x float>, ptr %17, align 16
  %129 = load ptr, ptr %15, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %18, ptr noundef %129)
  %130 = load <8 x float>, ptr %18, align 16
  store <8 x float> %126, ptr %20, align 16
  store <8 x float> %128, ptr %21, align 16
  store <8 x float> %130, ptr %22, align 16
  call void @_ZL3fmaIDv8_fET_S1_S1_S1_(ptr dead_on_unwind writable sret(<8 x float>) align 16 %19, ptr noundef %20, ptr noundef %21, ptr noundef %22)
  %131 = load <8 x float>, ptr %19, align 16
  store <8 x float> %131, ptr %23, align 16
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %116, ptr noundef %23)
  br label %132
132:                                              ; preds = %94
  %133 = load i64, ptr %12, align 8
  %134 = add nsw i64 %133, 8
  store i64 %134, ptr %12, align 8
  br label %88, !llvm.loop !17
135:                                              ; preds = %93
  br label %136
136:                                              ; preds = %135
  %137 = load i64, ptr %10, align 8
  %138 = add nsw i64 %137, 1
  store i64 %138, ptr %10, align 8
  br label %79, !llvm.loop !18
139:                                              ; preds = %85
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
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #3
declare i32 @omp_get_thread_num() #3
declare i32 @omp_get_num_threads() #3
define linkonce_odr void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %0, ptr noundef %1) unnamed_addr #0 comdat {
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
define internal void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind noalias writable sret(<8 x float>) align 16 %0, ptr noundef %1) #2 {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw %struct.Anywhere, ptr %4, i32 0, i32 0
  %6 = load <8 x float>, ptr %5, align 1
  store <8 x float> %6, ptr %0, align 16
  %7 = load <8 x float>, ptr %0, align 16
  store <8 x float> %7, ptr %0, align 16
  ret void
}
declare <8 x float> @llvm.fabs.v8f32(<8 x float>) #4
declare <8 x float> @llvm.maximum.v8f32(<8 x float>, <8 x float>) #4
declare float @llvm.vector.reduce.fmaximum.v8f32(<8 x float>) #5
declare <8 x float> @llvm.rint.v8f32(<8 x float>) #4
define internal void @_ZL3putIDv8_sEvPvT_(ptr noundef %0, <8 x i16> noundef %1) #2 {
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
define internal void @_ZL5widenILi16EEvPK7ProductPslll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #2 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca ptr, align 8
  %13 = alloca <16 x i8>, align 16
  %14 = alloca <16 x i8>, align 16
  %15 = alloca <32 x i8>, align 16
  %16 = alloca %class.anon, align 1
  %17 = alloca <32 x i8>, align 16
  %18 = alloca <32 x i16>, align 16
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  %19 = load i64, ptr %9, align 8
  store i64 %19, ptr %11, align 8
  br label %20
20:                                               ; preds = %54, %5
  %21 = load i64, ptr %11, align 8
  %22 = load i64, ptr %10, align 8
  %23 = icmp slt i64 %21, %22
  br i1 %23, label %25, label %24
24:                                               ; preds = %20
  br label %59
25:                                               ; preds = %20
  %26 = load ptr, ptr %6, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 0
  %28 = load ptr, ptr %27, align 8
  %29 = load i64, ptr %11, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 8
  %32 = load i64, ptr %31, align 8
  %33 = mul nsw i64 %29, %32
  %34 = getelementptr inbounds i8, ptr %28, i64 %33
  %35 = load i64, ptr %8, align 8
  %36 = getelementptr inbounds i8, ptr %34, i64 %35
  store ptr %36, ptr %12, align 8
  %37 = load ptr, ptr %12, align 8
  %38 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %37)
  store <16 x i8> %38, ptr %13, align 16
  %39 = load ptr, ptr %12, align 8
  %40 = load ptr, ptr %6, align 8
  %41 = getelementptr inbounds nuw %struct.Product, ptr %40, i32 0, i32 8
  %42 = load i64, ptr %41, align 8
  %43 = getelementptr inbounds i8, ptr %39, i64 %42
  %44 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %43)
  store <16 x i8> %44, ptr %14, align 16
  %45 = load <16 x i8>, ptr %13, align 16
  %46 = load <16 x i8>, ptr %14, align 16
  %47 = getelementptr inbounds nuw %class.anon, ptr %16, i32 0, i32 0
  %48 = load i8, ptr %47, align 1
  %49 = zext i8 %48 to i64
  call void @_ZL4pickILi32EDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(ptr dead_on_unwind writable sret(<32 x i8>) align 16 %17, <16 x i8> noundef %45, <16 x i8> noundef %46, i64 %49)
  %50 = load <32 x i8>, ptr %17, align 16
  store <32 x i8> %50, ptr %15, align 16
  %51 = load ptr, ptr %7, align 8
  %52 = load <32 x i8>, ptr %15, align 16
  %53 = sext <32 x i8> %52 to <32 x i16>
  store <32 x i16> %53, ptr %18, align 16
  call void @_ZL3putIDv32_sEvPvT_(ptr noundef %51, ptr noundef %18)
  br label %54
54:                                               ; preds = %25
  %55 = load i64, ptr %11, align 8
  %56 = add nsw i64 %55, 2
  store i64 %56, ptr %11, align 8
  %57 = load ptr, ptr %7, align 8
  %58 = getelementptr inbounds i16, ptr %57, i64 32
  store ptr %58, ptr %7, align 8
  br label %20, !llvm.loop !19
59:                                               ; preds = %24
  ret void
}
define internal void @_ZL8multiplyILi2ELi16EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #2 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [2 x [2 x <8 x i32>]], align 16
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 16
  %23 = alloca <16 x i16>, align 16
  %24 = alloca <8 x i32>, align 16
  %25 = alloca <8 x i32>, align 16
  %26 = alloca <16 x i16>, align 16
  %27 = alloca <16 x i16>, align 16
  %28 = alloca i32, align 4
  %29 = alloca i32, align 4
  %30 = alloca ptr, align 8
  %31 = alloca <8 x float>, align 16
  %32 = alloca <8 x float>, align 16
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 2, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 16 %14, i8 0, i64 128, i1 false)
  %33 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %33)
  %34 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  %36 = load i64, ptr %12, align 8
  %37 = load ptr, ptr %7, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 7
  %39 = load i64, ptr %38, align 8
  %40 = mul nsw i64 %36, %39
  %41 = getelementptr inbounds i16, ptr %35, i64 %40
  store ptr %41, ptr %15, align 8
  %42 = load i64, ptr %10, align 8
  store i64 %42, ptr %17, align 8
  br label %43
43:                                               ; preds = %117, %6
  %44 = load i64, ptr %17, align 8
  %45 = load i64, ptr %11, align 8
  %46 = icmp slt i64 %44, %45
  br i1 %46, label %48, label %47
47:                                               ; preds = %43
  store i32 2, ptr %18, align 4
  br label %120
48:                                               ; preds = %43
  store i32 0, ptr %19, align 4
  br label %49
49:                                               ; preds = %111, %48
  %50 = load i32, ptr %19, align 4
  %51 = icmp slt i32 %50, 8
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %18, align 4
  br label %116
53:                                               ; preds = %49
  store i32 0, ptr %20, align 4
  br label %54
54:                                               ; preds = %107, %53
  %55 = load i32, ptr %20, align 4
  %56 = icmp slt i32 %55, 2
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %18, align 4
  br label %110
58:                                               ; preds = %54
  store i32 0, ptr %21, align 4
  br label %59
59:                                               ; preds = %103, %58
  %60 = load i32, ptr %21, align 4
  %61 = icmp slt i32 %60, 2
  br i1 %61, label %63, label %62
62:                                               ; preds = %59
  store i32 11, ptr %18, align 4
  br label %106
63:                                               ; preds = %59
  %64 = load ptr, ptr %15, align 8
  %65 = load i32, ptr %21, align 4
  %66 = sext i32 %65 to i64
  %67 = load ptr, ptr %7, align 8
  %68 = getelementptr inbounds nuw %struct.Product, ptr %67, i32 0, i32 7
  %69 = load i64, ptr %68, align 8
  %70 = mul nsw i64 %66, %69
  %71 = getelementptr inbounds i16, ptr %64, i64 %70
  %72 = load i64, ptr %17, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = load i32, ptr %19, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds i16, ptr %73, i64 %75
  %77 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %76)
  %78 = insertelement <8 x i32> poison, i32 %77, i64 0
  %79 = shufflevector <8 x i32> %78, <8 x i32> poison, <8 x i32> zeroinitializer
  %80 = add <8 x i32> zeroinitializer, %79
  %81 = bitcast <8 x i32> %80 to <16 x i16>
  store <16 x i16> %81, ptr %22, align 16
  %82 = load i32, ptr %21, align 4
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %83
  %85 = load i32, ptr %20, align 4
  %86 = sext i32 %85 to i64
  %87 = getelementptr inbounds [2 x <8 x i32>], ptr %84, i64 0, i64 %86
  %88 = load <8 x i32>, ptr %87, align 16
  %89 = load ptr, ptr %8, align 8
  %90 = load i32, ptr %20, align 4
  %91 = mul nsw i32 16, %90
  %92 = sext i32 %91 to i64
  %93 = getelementptr inbounds i16, ptr %89, i64 %92
  call void @_ZL4loadIDv16_sET_PKv(ptr dead_on_unwind writable sret(<16 x i16>) align 16 %23, ptr noundef %93)
  %94 = load <16 x i16>, ptr %23, align 16
  %95 = load <16 x i16>, ptr %22, align 16
  store <8 x i32> %88, ptr %25, align 16
  store <16 x i16> %94, ptr %26, align 16
  store <16 x i16> %95, ptr %27, align 16
  call void @_ZL12add_productsDv8_iDv16_sS0_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %24, ptr noundef %25, ptr noundef %26, ptr noundef %27)
  %96 = load <8 x i32>, ptr %24, align 16
  %97 = load i32, ptr %21, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %98
  %100 = load i32, ptr %20, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [2 x <8 x i32>], ptr %99, i64 0, i64 %101
  store <8 x i32> %96, ptr %102, align 16
  br label %103
103:                                              ; preds = %63
  %104 = load i32, ptr %21, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %21, align 4
  br label %59, !llvm.loop !20
106:                                              ; preds = %62
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %20, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %20, align 4
  br label %54, !llvm.loop !22
110:                                              ; preds = %57
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %19, align 4
  %113 = add nsw i32 %112, 2
  store i32 %113, ptr %19, align 4
  %114 = load ptr, ptr %8, align 8
  %115 = getelementptr inbounds i16, ptr %114, i64 32
  store ptr %115, ptr %8, align 8
  br label %49, !llvm.loop !23
116:                                              ; preds = %52
  br label %117
117:                                              ; preds = %116
  %118 = load i64, ptr %17, align 8
  %119 = add nsw i64 %118, 8
  store i64 %119, ptr %17, align 8
  br label %43, !llvm.loop !24
120:                                              ; preds = %47
  store i32 0, ptr %28, align 4
  br label %121
121:                                              ; preds = %171, %120
  %122 = load i32, ptr %28, align 4
  %123 = icmp slt i32 %122, 2
  br i1 %123, label %125, label %124
124:                                              ; preds = %121
  store i32 14, ptr %18, align 4
  br label %174
125:                                              ; preds = %121
  store i32 0, ptr %29, align 4
  br label %126
126:                                              ; preds = %167, %125
  %127 = load i32, ptr %29, align 4
  %128 = icmp slt i32 %127, 2
  br i1 %128, label %130, label %129
129:                                              ; preds = %126
  store i32 17, ptr %18, align 4
  br label %170
130:                                              ; preds = %126
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 4
  %133 = load ptr, ptr %132, align 8
  %134 = load i64, ptr %12, align 8
  %135 = load i32, ptr %28, align 4
  %136 = sext i32 %135 to i64
  %137 = add nsw i64 %134, %136
  %138 = load ptr, ptr %7, align 8
  %139 = getelementptr inbounds nuw %struct.Product, ptr %138, i32 0, i32 8
  %140 = load i64, ptr %139, align 8
  %141 = mul nsw i64 %137, %140
  %142 = getelementptr inbounds float, ptr %133, i64 %141
  %143 = load i64, ptr %9, align 8
  %144 = getelementptr inbounds float, ptr %142, i64 %143
  %145 = load i32, ptr %29, align 4
  %146 = mul nsw i32 8, %145
  %147 = sext i32 %146 to i64
  %148 = getelementptr inbounds float, ptr %144, i64 %147
  store ptr %148, ptr %30, align 8
  %149 = load ptr, ptr %30, align 8
  %150 = load i64, ptr %10, align 8
  %151 = icmp ne i64 %150, 0
  br i1 %151, label %152, label %155
152:                                              ; preds = %130
  %153 = load ptr, ptr %30, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %31, ptr noundef %153)
  %154 = load <8 x float>, ptr %31, align 16
  br label %156
155:                                              ; preds = %130
  br label %156
156:                                              ; preds = %155, %152
  %157 = phi <8 x float> [ %154, %152 ], [ zeroinitializer, %155 ]
  %158 = load i32, ptr %28, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [2 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %159
  %161 = load i32, ptr %29, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [2 x <8 x i32>], ptr %160, i64 0, i64 %162
  %164 = load <8 x i32>, ptr %163, align 16
  %165 = sitofp <8 x i32> %164 to <8 x float>
  %166 = fadd <8 x float> %157, %165
  store <8 x float> %166, ptr %32, align 16
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %149, ptr noundef %32)
  br label %167
167:                                              ; preds = %156
  %168 = load i32, ptr %29, align 4
  %169 = add nsw i32 %168, 1
  store i32 %169, ptr %29, align 4
  br label %126, !llvm.loop !25
170:                                              ; preds = %129
  br label %171
171:                                              ; preds = %170
  %172 = load i32, ptr %28, align 4
  %173 = add nsw i32 %172, 1
  store i32 %173, ptr %28, align 4
  br label %121, !llvm.loop !26
174:                                              ; preds = %124
  ret void
}
define internal void @_ZL8multiplyILi1ELi16EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #2 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [1 x [2 x <8 x i32>]], align 16
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 16
  %23 = alloca <16 x i16>, align 16
  %24 = alloca <8 x i32>, align 16
  %25 = alloca <8 x i32>, align 16
  %26 = alloca <16 x i16>, align 16
  %27 = alloca <16 x i16>, align 16
  %28 = alloca i32, align 4
  %29 = alloca i32, align 4
  %30 = alloca ptr, align 8
  %31 = alloca <8 x float>, align 16
  %32 = alloca <8 x float>, align 16
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 2, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 16 %14, i8 0, i64 64, i1 false)
  %33 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %33)
  %34 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  %36 = load i64, ptr %12, align 8
  %37 = load ptr, ptr %7, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 7
  %39 = load i64, ptr %38, align 8
  %40 = mul nsw i64 %36, %39
  %41 = getelementptr inbounds i16, ptr %35, i64 %40
  store ptr %41, ptr %15, align 8
  %42 = load i64, ptr %10, align 8
  store i64 %42, ptr %17, align 8
  br label %43
43:                                               ; preds = %117, %6
  %44 = load i64, ptr %17, align 8
  %45 = load i64, ptr %11, align 8
  %46 = icmp slt i64 %44, %45
  br i1 %46, label %48, label %47
47:                                               ; preds = %43
  store i32 2, ptr %18, align 4
  br label %120
48:                                               ; preds = %43
  store i32 0, ptr %19, align 4
  br label %49
49:                                               ; preds = %111, %48
  %50 = load i32, ptr %19, align 4
  %51 = icmp slt i32 %50, 8
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %18, align 4
  br label %116
53:                                               ; preds = %49
  store i32 0, ptr %20, align 4
  br label %54
54:                                               ; preds = %107, %53
  %55 = load i32, ptr %20, align 4
  %56 = icmp slt i32 %55, 2
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %18, align 4
  br label %110
58:                                               ; preds = %54
  store i32 0, ptr %21, align 4
  br label %59
59:                                               ; preds = %103, %58
  %60 = load i32, ptr %21, align 4
  %61 = icmp slt i32 %60, 1
  br i1 %61, label %63, label %62
62:                                               ; preds = %59
  store i32 11, ptr %18, align 4
  br label %106
63:                                               ; preds = %59
  %64 = load ptr, ptr %15, align 8
  %65 = load i32, ptr %21, align 4
  %66 = sext i32 %65 to i64
  %67 = load ptr, ptr %7, align 8
  %68 = getelementptr inbounds nuw %struct.Product, ptr %67, i32 0, i32 7
  %69 = load i64, ptr %68, align 8
  %70 = mul nsw i64 %66, %69
  %71 = getelementptr inbounds i16, ptr %64, i64 %70
  %72 = load i64, ptr %17, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = load i32, ptr %19, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds i16, ptr %73, i64 %75
  %77 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %76)
  %78 = insertelement <8 x i32> poison, i32 %77, i64 0
  %79 = shufflevector <8 x i32> %78, <8 x i32> poison, <8 x i32> zeroinitializer
  %80 = add <8 x i32> zeroinitializer, %79
  %81 = bitcast <8 x i32> %80 to <16 x i16>
  store <16 x i16> %81, ptr %22, align 16
  %82 = load i32, ptr %21, align 4
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %83
  %85 = load i32, ptr %20, align 4
  %86 = sext i32 %85 to i64
  %87 = getelementptr inbounds [2 x <8 x i32>], ptr %84, i64 0, i64 %86
  %88 = load <8 x i32>, ptr %87, align 16
  %89 = load ptr, ptr %8, align 8
  %90 = load i32, ptr %20, align 4
  %91 = mul nsw i32 16, %90
  %92 = sext i32 %91 to i64
  %93 = getelementptr inbounds i16, ptr %89, i64 %92
  call void @_ZL4loadIDv16_sET_PKv(ptr dead_on_unwind writable sret(<16 x i16>) align 16 %23, ptr noundef %93)
  %94 = load <16 x i16>, ptr %23, align 16
  %95 = load <16 x i16>, ptr %22, align 16
  store <8 x i32> %88, ptr %25, align 16
  store <16 x i16> %94, ptr %26, align 16
  store <16 x i16> %95, ptr %27, align 16
  call void @_ZL12add_productsDv8_iDv16_sS0_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %24, ptr noundef %25, ptr noundef %26, ptr noundef %27)
  %96 = load <8 x i32>, ptr %24, align 16
  %97 = load i32, ptr %21, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %98
  %100 = load i32, ptr %20, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [2 x <8 x i32>], ptr %99, i64 0, i64 %101
  store <8 x i32> %96, ptr %102, align 16
  br label %103
103:                                              ; preds = %63
  %104 = load i32, ptr %21, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %21, align 4
  br label %59, !llvm.loop !27
106:                                              ; preds = %62
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %20, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %20, align 4
  br label %54, !llvm.loop !28
110:                                              ; preds = %57
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %19, align 4
  %113 = add nsw i32 %112, 2
  store i32 %113, ptr %19, align 4
  %114 = load ptr, ptr %8, align 8
  %115 = getelementptr inbounds i16, ptr %114, i64 32
  store ptr %115, ptr %8, align 8
  br label %49, !llvm.loop !29
116:                                              ; preds = %52
  br label %117
117:                                              ; preds = %116
  %118 = load i64, ptr %17, align 8
  %119 = add nsw i64 %118, 8
  store i64 %119, ptr %17, align 8
  br label %43, !llvm.loop !30
120:                                              ; preds = %47
  store i32 0, ptr %28, align 4
  br label %121
121:                                              ; preds = %171, %120
  %122 = load i32, ptr %28, align 4
  %123 = icmp slt i32 %122, 1
  br i1 %123, label %125, label %124
124:                                              ; preds = %121
  store i32 14, ptr %18, align 4
  br label %174
125:                                              ; preds = %121
  store i32 0, ptr %29, align 4
  br label %126
126:                                              ; preds = %167, %125
  %127 = load i32, ptr %29, align 4
  %128 = icmp slt i32 %127, 2
  br i1 %128, label %130, label %129
129:                                              ; preds = %126
  store i32 17, ptr %18, align 4
  br label %170
130:                                              ; preds = %126
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 4
  %133 = load ptr, ptr %132, align 8
  %134 = load i64, ptr %12, align 8
  %135 = load i32, ptr %28, align 4
  %136 = sext i32 %135 to i64
  %137 = add nsw i64 %134, %136
  %138 = load ptr, ptr %7, align 8
  %139 = getelementptr inbounds nuw %struct.Product, ptr %138, i32 0, i32 8
  %140 = load i64, ptr %139, align 8
  %141 = mul nsw i64 %137, %140
  %142 = getelementptr inbounds float, ptr %133, i64 %141
  %143 = load i64, ptr %9, align 8
  %144 = getelementptr inbounds float, ptr %142, i64 %143
  %145 = load i32, ptr %29, align 4
  %146 = mul nsw i32 8, %145
  %147 = sext i32 %146 to i64
  %148 = getelementptr inbounds float, ptr %144, i64 %147
  store ptr %148, ptr %30, align 8
  %149 = load ptr, ptr %30, align 8
  %150 = load i64, ptr %10, align 8
  %151 = icmp ne i64 %150, 0
  br i1 %151, label %152, label %155
152:                                              ; preds = %130
  %153 = load ptr, ptr %30, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %31, ptr noundef %153)
  %154 = load <8 x float>, ptr %31, align 16
  br label %156
155:                                              ; preds = %130
  br label %156
156:                                              ; preds = %155, %152
  %157 = phi <8 x float> [ %154, %152 ], [ zeroinitializer, %155 ]
  %158 = load i32, ptr %28, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [1 x [2 x <8 x i32>]], ptr %14, i64 0, i64 %159
  %161 = load i32, ptr %29, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [2 x <8 x i32>], ptr %160, i64 0, i64 %162
  %164 = load <8 x i32>, ptr %163, align 16
  %165 = sitofp <8 x i32> %164 to <8 x float>
  %166 = fadd <8 x float> %157, %165
  store <8 x float> %166, ptr %32, align 16
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %149, ptr noundef %32)
  br label %167
167:                                              ; preds = %156
  %168 = load i32, ptr %29, align 4
  %169 = add nsw i32 %168, 1
  store i32 %169, ptr %29, align 4
  br label %126, !llvm.loop !31
170:                                              ; preds = %129
  br label %171
171:                                              ; preds = %170
  %172 = load i32, ptr %28, align 4
  %173 = add nsw i32 %172, 1
  store i32 %173, ptr %28, align 4
  br label %121, !llvm.loop !32
174:                                              ; preds = %124
  ret void
}
define internal void @_ZL3putIDv8_fEvPvT_(ptr noundef %0, ptr noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca <8 x float>, align 16
  %5 = load <8 x float>, ptr %1, align 16
  store ptr %0, ptr %3, align 8
  store <8 x float> %5, ptr %4, align 16
  %6 = load <8 x float>, ptr %4, align 16
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.Anywhere, ptr %7, i32 0, i32 0
  store <8 x float> %6, ptr %8, align 1
  ret void
}
define internal void @_ZL3fmaIDv8_fET_S1_S1_S1_(ptr dead_on_unwind noalias writable sret(<8 x float>) align 16 %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #2 {
  %5 = alloca <8 x float>, align 16
  %6 = alloca <8 x float>, align 16
  %7 = alloca <8 x float>, align 16
  %8 = load <8 x float>, ptr %1, align 16
  %9 = load <8 x float>, ptr %2, align 16
  %10 = load <8 x float>, ptr %3, align 16
  store <8 x float> %8, ptr %5, align 16
  store <8 x float> %9, ptr %6, align 16
  store <8 x float> %10, ptr %7, align 16
  %11 = load <8 x float>, ptr %5, align 16
  %12 = load <8 x float>, ptr %6, align 16
  %13 = load <8 x float>, ptr %7, align 16
  %14 = call <8 x float> @llvm.fma.v8f32(<8 x float> %11, <8 x float> %12, <8 x float> %13)
  store <8 x float> %14, ptr %0, align 16
  %15 = load <8 x float>, ptr %0, align 16
  store <8 x float> %15, ptr %0, align 16
  ret void
}
define internal noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.1, ptr %3, i32 0, i32 0
  %5 = load <16 x i8>, ptr %4, align 1
  ret <16 x i8> %5
}
define internal void @_ZL4pickILi32EDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(ptr dead_on_unwind noalias writable sret(<32 x i8>) align 16 %0, <16 x i8> noundef %1, <16 x i8> noundef %2, i64 %3) #2 {
  %5 = alloca %class.anon, align 1
  %6 = alloca <16 x i8>, align 16
  %7 = alloca <16 x i8>, align 16
  %8 = alloca %class.anon, align 1
  %9 = alloca %struct.Sequence, align 1
  %10 = alloca <32 x i8>, align 16
  %11 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <16 x i8> %1, ptr %6, align 16
  store <16 x i8> %2, ptr %7, align 16
  %13 = load <16 x i8>, ptr %6, align 16
  %14 = load <16 x i8>, ptr %7, align 16
  %15 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 0
  %16 = load i8, ptr %15, align 1
  %17 = zext i8 %16 to i64
  %18 = getelementptr inbounds nuw %struct.Sequence, ptr %9, i32 0, i32 0
  %19 = load i8, ptr %18, align 1
  %20 = zext i8 %19 to i64
  call void @_ZL7pick_ofIDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(ptr dead_on_unwind writable sret(<32 x i8>) align 16 %10, <16 x i8> noundef %13, <16 x i8> noundef %14, i64 %17, i64 %20)
  %21 = load <32 x i8>, ptr %10, align 16
  store <32 x i8> %21, ptr %0, align 16
  %22 = load <32 x i8>, ptr %0, align 16
  store <32 x i8> %22, ptr %0, align 16
  ret void
}
define internal void @_ZL3putIDv32_sEvPvT_(ptr noundef %0, ptr noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca <32 x i16>, align 16
  %5 = load <32 x i16>, ptr %1, align 16
  store ptr %0, ptr %3, align 8
  store <32 x i16> %5, ptr %4, align 16
  %6 = load <32 x i16>, ptr %4, align 16
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.Anywhere.2, ptr %7, i32 0, i32 0
  store <32 x i16> %6, ptr %8, align 1
  ret void
}
define internal void @_ZL7pick_ofIDv16_aZL5widenILi16EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(ptr dead_on_unwind noalias writable sret(<32 x i8>) align 16 %0, <16 x i8> noundef %1, <16 x i8> noundef %2, i64 %3, i64 %4) #2 {
  %6 = alloca %class.anon, align 1
  %7 = alloca %struct.Sequence, align 1
  %8 = alloca <16 x i8>, align 16
  %9 = alloca <16 x i8>, align 16
  %10 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 0
  %11 = trunc i64 %3 to i8
  store i8 %11, ptr %10, align 1
  %12 = getelementptr inbounds nuw %struct.Sequence, ptr %7, i32 0, i32 0
  %13 = trunc i64 %4 to i8
  store i8 %13, ptr %12, align 1
  store <16 x i8> %1, ptr %8, align 16
  store <16 x i8> %2, ptr %9, align 16
  %14 = load <16 x i8>, ptr %8, align 16
  %15 = load <16 x i8>, ptr %9, align 16
  %16 = shufflevector <16 x i8> %14, <16 x i8> %15, <32 x i32> <i32 0, i32 16, i32 1, i32 17, i32 2, i32 18, i32 3, i32 19, i32 4, i32 20, i32 5, i32 21, i32 6, i32 22, i32 7, i32 23, i32 8, i32 24, i32 9, i32 25, i32 10, i32 26, i32 11, i32 27, i32 12, i32 28, i32 13, i32 29, i32 14, i32 30, i32 15, i32 31>
  store <32 x i8> %16, ptr %0, align 16
  %17 = load <32 x i8>, ptr %0, align 16
  store <32 x i8> %17, ptr %0, align 16
  ret void
}
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #6
define internal noundef i32 @_ZL4loadIiET_PKv(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.3, ptr %3, i32 0, i32 0
  %5 = load i32, ptr %4, align 1
  ret i32 %5
}
define internal void @_ZL12add_productsDv8_iDv16_sS0_(ptr dead_on_unwind noalias writable sret(<8 x i32>) align 16 %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #2 {
  %5 = alloca <8 x i32>, align 16
  %6 = alloca <16 x i16>, align 16
  %7 = alloca <16 x i16>, align 16
  %8 = alloca %class.anon.4, align 1
  %9 = alloca %class.anon.6, align 1
  %10 = alloca %class.anon.8, align 1
  %11 = alloca %class.anon.6, align 1
  %12 = alloca <8 x i32>, align 16
  %13 = alloca <16 x i16>, align 16
  %14 = alloca %class.anon.6, align 1
  %15 = alloca <8 x i32>, align 16
  %16 = alloca <16 x i16>, align 16
  %17 = alloca %class.anon.8, align 1
  %18 = alloca <8 x i32>, align 16
  %19 = alloca <16 x i16>, align 16
  %20 = alloca %class.anon.8, align 1
  %21 = alloca <8 x i32>, align 16
  %22 = alloca <16 x i16>, align 16
  %23 = load <8 x i32>, ptr %1, align 16
  %24 = load <16 x i16>, ptr %2, align 16
  %25 = load <16 x i16>, ptr %3, align 16
  store <8 x i32> %23, ptr %5, align 16
  store <16 x i16> %24, ptr %6, align 16
  store <16 x i16> %25, ptr %7, align 16
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %8, ptr align 1 @__const._ZL12add_productsDv8_iDv16_sS0_.half, i64 1, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %9, ptr align 1 @__const._ZL12add_productsDv8_iDv16_sS0_.even, i64 1, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %10, ptr align 1 @__const._ZL12add_productsDv8_iDv16_sS0_.odd, i64 1, i1 false)
  %26 = load <8 x i32>, ptr %5, align 16
  %27 = load <16 x i16>, ptr %6, align 16
  store <16 x i16> %27, ptr %13, align 16
  %28 = getelementptr inbounds nuw %class.anon.6, ptr %11, i32 0, i32 0
  %29 = load i8, ptr %28, align 1
  %30 = zext i8 %29 to i64
  call void @_ZZL12add_productsDv8_iDv16_sS0_ENKUlS0_T_E_clIZL12add_productsS_S0_S0_EUliE_EEDaS0_S1_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %12, ptr noundef nonnull align 1 dereferenceable(1) %8, ptr noundef %13, i64 %30)
  %31 = load <8 x i32>, ptr %12, align 16
  %32 = load <16 x i16>, ptr %7, align 16
  store <16 x i16> %32, ptr %16, align 16
  %33 = getelementptr inbounds nuw %class.anon.6, ptr %14, i32 0, i32 0
  %34 = load i8, ptr %33, align 1
  %35 = zext i8 %34 to i64
  call void @_ZZL12add_productsDv8_iDv16_sS0_ENKUlS0_T_E_clIZL12add_productsS_S0_S0_EUliE_EEDaS0_S1_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %15, ptr noundef nonnull align 1 dereferenceable(1) %8, ptr noundef %16, i64 %35)
  %36 = load <8 x i32>, ptr %15, align 16
  %37 = mul <8 x i32> %31, %36
  %38 = add <8 x i32> %26, %37
  %39 = load <16 x i16>, ptr %6, align 16
  store <16 x i16> %39, ptr %19, align 16
  %40 = getelementptr inbounds nuw %class.anon.8, ptr %17, i32 0, i32 0
  %41 = load i8, ptr %40, align 1
  %42 = zext i8 %41 to i64
  call void @_ZZL12add_productsDv8_iDv16_sS0_ENKUlS0_T_E_clIZL12add_productsS_S0_S0_EUliE0_EEDaS0_S1_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %18, ptr noundef nonnull align 1 dereferenceable(1) %8, ptr noundef %19, i64 %42)
  %43 = load <8 x i32>, ptr %18, align 16
  %44 = load <16 x i16>, ptr %7, align 16
  store <16 x i16> %44, ptr %22, align 16
  %45 = getelementptr inbounds nuw %class.anon.8, ptr %20, i32 0, i32 0
  %46 = load i8, ptr %45, align 1
  %47 = zext i8 %46 to i64
  call void @_ZZL12add_productsDv8_iDv16_sS0_ENKUlS0_T_E_clIZL12add_productsS_S0_S0_EUliE0_EEDaS0_S1_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %21, ptr noundef nonnull align 1 dereferenceable(1) %8, ptr noundef %22, i64 %47)
  %48 = load <8 x i32>, ptr %21, align 16
  %49 = mul <8 x i32> %43, %48
  %50 = add <8 x i32> %38, %49
  store <8 x i32> %50, ptr %0, align 16
  %51 = load <8 x i32>, ptr %0, align 16
  store <8 x i32> %51, ptr %0, align 16
  ret void
}
define internal void @_ZL4loadIDv16_sET_PKv(ptr dead_on_unwind noalias writable sret(<16 x i16>) align 16 %0, ptr noundef %1) #2 {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw %struct.Anywhere.11, ptr %4, i32 0, i32 0
  %6 = load <16 x i16>, ptr %5, align 1
  store <16 x i16> %6, ptr %0, align 16
  %7 = load <16 x i16>, ptr %0, align 16
  store <16 x i16> %7, ptr %0, align 16
  ret void
}
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #7
define internal void @_ZZL12add_productsDv8_iDv16_sS0_ENKUlS0_T_E_clIZL12add_productsS_S0_S0_EUliE_EEDaS0_S1_(ptr dead_on_unwind noalias writable sret(<8 x i32>) align 16 %0, ptr noundef nonnull align 1 dereferenceable(1) %1, ptr noundef %2, i64 %3) #8 {
  %5 = alloca %class.anon.6, align 1
  %6 = alloca ptr, align 8
  %7 = alloca <16 x i16>, align 16
  %8 = alloca %class.anon.6, align 1
  %9 = alloca <16 x i16>, align 16
  %10 = alloca <16 x i16>, align 16
  %11 = load <16 x i16>, ptr %2, align 16
  %12 = getelementptr inbounds nuw %class.anon.6, ptr %5, i32 0, i32 0
  %13 = trunc i64 %3 to i8
  store i8 %13, ptr %12, align 1
  store ptr %1, ptr %6, align 8
  store <16 x i16> %11, ptr %7, align 16
  %14 = load ptr, ptr %6, align 8
  %15 = load <16 x i16>, ptr %7, align 16
  %16 = load <16 x i16>, ptr %7, align 16
  store <16 x i16> %15, ptr %9, align 16
  store <16 x i16> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.6, ptr %8, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = call noundef <8 x i16> @_ZL4pickILi8EDv16_sZL12add_productsDv8_iS0_S0_EUliE_EDaT0_S3_T1_(ptr noundef %9, ptr noundef %10, i64 %19)
  %21 = sext <8 x i16> %20 to <8 x i32>
  store <8 x i32> %21, ptr %0, align 16
  %22 = load <8 x i32>, ptr %0, align 16
  store <8 x i32> %22, ptr %0, align 16
  ret void
}
define internal void @_ZZL12add_productsDv8_iDv16_sS0_ENKUlS0_T_E_clIZL12add_productsS_S0_S0_EUliE0_EEDaS0_S1_(ptr dead_on_unwind noalias writable sret(<8 x i32>) align 16 %0, ptr noundef nonnull align 1 dereferenceable(1) %1, ptr noundef %2, i64 %3) #8 {
  %5 = alloca %class.anon.8, align 1
  %6 = alloca ptr, align 8
  %7 = alloca <16 x i16>, align 16
  %8 = alloca %class.anon.8, align 1
  %9 = alloca <16 x i16>, align 16
  %10 = alloca <16 x i16>, align 16
  %11 = load <16 x i16>, ptr %2, align 16
  %12 = getelementptr inbounds nuw %class.anon.8, ptr %5, i32 0, i32 0
  %13 = trunc i64 %3 to i8
  store i8 %13, ptr %12, align 1
  store ptr %1, ptr %6, align 8
  store <16 x i16> %11, ptr %7, align 16
  %14 = load ptr, ptr %6, align 8
  %15 = load <16 x i16>, ptr %7, align 16
  %16 = load <16 x i16>, ptr %7, align 16
  store <16 x i16> %15, ptr %9, align 16
  store <16 x i16> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.8, ptr %8, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = call noundef <8 x i16> @_ZL4pickILi8EDv16_sZL12add_productsDv8_iS0_S0_EUliE0_EDaT0_S3_T1_(ptr noundef %9, ptr noundef %10, i64 %19)
  %21 = sext <8 x i16> %20 to <8 x i32>
  store <8 x i32> %21, ptr %0, align 16
  %22 = load <8 x i32>, ptr %0, align 16
  store <8 x i32> %22, ptr %0, align 16
  ret void
}
define internal noundef <8 x i16> @_ZL4pickILi8EDv16_sZL12add_productsDv8_iS0_S0_EUliE_EDaT0_S3_T1_(ptr noundef %0, ptr noundef %1, i64 %2) #2 {
  %4 = alloca %class.anon.6, align 1
  %5 = alloca <16 x i16>, align 16
  %6 = alloca <16 x i16>, align 16
  %7 = alloca %class.anon.6, align 1
  %8 = alloca %struct.Sequence.10, align 1
  %9 = alloca <16 x i16>, align 16
  %10 = alloca <16 x i16>, align 16
  %11 = load <16 x i16>, ptr %0, align 16
  %12 = load <16 x i16>, ptr %1, align 16
  %13 = getelementptr inbounds nuw %class.anon.6, ptr %4, i32 0, i32 0
  %14 = trunc i64 %2 to i8
  store i8 %14, ptr %13, align 1
  store <16 x i16> %11, ptr %5, align 16
  store <16 x i16> %12, ptr %6, align 16
  %15 = load <16 x i16>, ptr %5, align 16
  %16 = load <16 x i16>, ptr %6, align 16
  store <16 x i16> %15, ptr %9, align 16
  store <16 x i16> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.6, ptr %7, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = getelementptr inbounds nuw %struct.Sequence.10, ptr %8, i32 0, i32 0
  %21 = load i8, ptr %20, align 1
  %22 = zext i8 %21 to i64
  %23 = call noundef <8 x i16> @_ZL7pick_ofIDv16_sZL12add_productsDv8_iS0_S0_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(ptr noundef %9, ptr noundef %10, i64 %19, i64 %22)
  ret <8 x i16> %23
}
define internal noundef <8 x i16> @_ZL7pick_ofIDv16_sZL12add_productsDv8_iS0_S0_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(ptr noundef %0, ptr noundef %1, i64 %2, i64 %3) #2 {
  %5 = alloca %class.anon.6, align 1
  %6 = alloca %struct.Sequence.10, align 1
  %7 = alloca <16 x i16>, align 16
  %8 = alloca <16 x i16>, align 16
  %9 = load <16 x i16>, ptr %0, align 16
  %10 = load <16 x i16>, ptr %1, align 16
  %11 = getelementptr inbounds nuw %class.anon.6, ptr %5, i32 0, i32 0
  %12 = trunc i64 %2 to i8
  store i8 %12, ptr %11, align 1
  %13 = getelementptr inbounds nuw %struct.Sequence.10, ptr %6, i32 0, i32 0
  %14 = trunc i64 %3 to i8
  store i8 %14, ptr %13, align 1
  store <16 x i16> %9, ptr %7, align 16
  store <16 x i16> %10, ptr %8, align 16
  %15 = load <16 x i16>, ptr %7, align 16
  %16 = load <16 x i16>, ptr %8, align 16
  %17 = shufflevector <16 x i16> %15, <16 x i16> %16, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
  ret <8 x i16> %17
}
define internal noundef <8 x i16> @_ZL4pickILi8EDv16_sZL12add_productsDv8_iS0_S0_EUliE0_EDaT0_S3_T1_(ptr noundef %0, ptr noundef %1, i64 %2) #2 {
  %4 = alloca %class.anon.8, align 1
  %5 = alloca <16 x i16>, align 16
  %6 = alloca <16 x i16>, align 16
  %7 = alloca %class.anon.8, align 1
  %8 = alloca %struct.Sequence.10, align 1
  %9 = alloca <16 x i16>, align 16
  %10 = alloca <16 x i16>, align 16
  %11 = load <16 x i16>, ptr %0, align 16
  %12 = load <16 x i16>, ptr %1, align 16
  %13 = getelementptr inbounds nuw %class.anon.8, ptr %4, i32 0, i32 0
  %14 = trunc i64 %2 to i8
  store i8 %14, ptr %13, align 1
  store <16 x i16> %11, ptr %5, align 16
  store <16 x i16> %12, ptr %6, align 16
  %15 = load <16 x i16>, ptr %5, align 16
  %16 = load <16 x i16>, ptr %6, align 16
  store <16 x i16> %15, ptr %9, align 16
  store <16 x i16> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = getelementptr inbounds nuw %struct.Sequence.10, ptr %8, i32 0, i32 0
  %21 = load i8, ptr %20, align 1
  %22 = zext i8 %21 to i64
  %23 = call noundef <8 x i16> @_ZL7pick_ofIDv16_sZL12add_productsDv8_iS0_S0_EUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(ptr noundef %9, ptr noundef %10, i64 %19, i64 %22)
  ret <8 x i16> %23
}
define internal noundef <8 x i16> @_ZL7pick_ofIDv16_sZL12add_productsDv8_iS0_S0_EUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(ptr noundef %0, ptr noundef %1, i64 %2, i64 %3) #2 {
  %5 = alloca %class.anon.8, align 1
  %6 = alloca %struct.Sequence.10, align 1
  %7 = alloca <16 x i16>, align 16
  %8 = alloca <16 x i16>, align 16
  %9 = load <16 x i16>, ptr %0, align 16
  %10 = load <16 x i16>, ptr %1, align 16
  %11 = getelementptr inbounds nuw %class.anon.8, ptr %5, i32 0, i32 0
  %12 = trunc i64 %2 to i8
  store i8 %12, ptr %11, align 1
  %13 = getelementptr inbounds nuw %struct.Sequence.10, ptr %6, i32 0, i32 0
  %14 = trunc i64 %3 to i8
  store i8 %14, ptr %13, align 1
  store <16 x i16> %9, ptr %7, align 16
  store <16 x i16> %10, ptr %8, align 16
  %15 = load <16 x i16>, ptr %7, align 16
  %16 = load <16 x i16>, ptr %8, align 16
  %17 = shufflevector <16 x i16> %15, <16 x i16> %16, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
  ret <8 x i16> %17
}
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>) #4
define internal void @_ZL5widenILi32EEvPK7ProductPslll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #2 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca ptr, align 8
  %13 = alloca <32 x i8>, align 16
  %14 = alloca <32 x i8>, align 16
  %15 = alloca <32 x i8>, align 16
  %16 = alloca <32 x i8>, align 16
  %17 = alloca <64 x i8>, align 16
  %18 = alloca %class.anon.12, align 1
  %19 = alloca <64 x i8>, align 16
  %20 = alloca <32 x i8>, align 16
  %21 = alloca <32 x i8>, align 16
  %22 = alloca <64 x i16>, align 16
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  %23 = load i64, ptr %9, align 8
  store i64 %23, ptr %11, align 8
  br label %24
24:                                               ; preds = %58, %5
  %25 = load i64, ptr %11, align 8
  %26 = load i64, ptr %10, align 8
  %27 = icmp slt i64 %25, %26
  br i1 %27, label %29, label %28
28:                                               ; preds = %24
  br label %63
29:                                               ; preds = %24
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 0
  %32 = load ptr, ptr %31, align 8
  %33 = load i64, ptr %11, align 8
  %34 = load ptr, ptr %6, align 8
  %35 = getelementptr inbounds nuw %struct.Product, ptr %34, i32 0, i32 8
  %36 = load i64, ptr %35, align 8
  %37 = mul nsw i64 %33, %36
  %38 = getelementptr inbounds i8, ptr %32, i64 %37
  %39 = load i64, ptr %8, align 8
  %40 = getelementptr inbounds i8, ptr %38, i64 %39
  store ptr %40, ptr %12, align 8
  %41 = load ptr, ptr %12, align 8
  call void @_ZL4loadIDv32_aET_PKv(ptr dead_on_unwind writable sret(<32 x i8>) align 16 %14, ptr noundef %41)
  %42 = load <32 x i8>, ptr %14, align 16
  store <32 x i8> %42, ptr %13, align 16
  %43 = load ptr, ptr %12, align 8
  %44 = load ptr, ptr %6, align 8
  %45 = getelementptr inbounds nuw %struct.Product, ptr %44, i32 0, i32 8
  %46 = load i64, ptr %45, align 8
  %47 = getelementptr inbounds i8, ptr %43, i64 %46
  call void @_ZL4loadIDv32_aET_PKv(ptr dead_on_unwind writable sret(<32 x i8>) align 16 %16, ptr noundef %47)
  %48 = load <32 x i8>, ptr %16, align 16
  store <32 x i8> %48, ptr %15, align 16
  %49 = load <32 x i8>, ptr %13, align 16
  %50 = load <32 x i8>, ptr %15, align 16
  store <32 x i8> %49, ptr %20, align 16
  store <32 x i8> %50, ptr %21, align 16
  %51 = getelementptr inbounds nuw %class.anon.12, ptr %18, i32 0, i32 0
  %52 = load i8, ptr %51, align 1
  %53 = zext i8 %52 to i64
  call void @_ZL4pickILi64EDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %19, ptr noundef %20, ptr noundef %21, i64 %53)
  %54 = load <64 x i8>, ptr %19, align 16
  store <64 x i8> %54, ptr %17, align 16
  %55 = load ptr, ptr %7, align 8
  %56 = load <64 x i8>, ptr %17, align 16
  %57 = sext <64 x i8> %56 to <64 x i16>
  store <64 x i16> %57, ptr %22, align 16
  call void @_ZL3putIDv64_sEvPvT_(ptr noundef %55, ptr noundef %22)
  br label %58
58:                                               ; preds = %29
  %59 = load i64, ptr %11, align 8
  %60 = add nsw i64 %59, 2
  store i64 %60, ptr %11, align 8
  %61 = load ptr, ptr %7, align 8
  %62 = getelementptr inbounds i16, ptr %61, i64 64
  store ptr %62, ptr %7, align 8
  br label %24, !llvm.loop !33
63:                                               ; preds = %28
  ret void
}
define internal void @_ZL8multiplyILi2ELi32EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #2 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [2 x [4 x <8 x i32>]], align 16
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 16
  %23 = alloca <16 x i16>, align 16
  %24 = alloca <8 x i32>, align 16
  %25 = alloca <8 x i32>, align 16
  %26 = alloca <16 x i16>, align 16
  %27 = alloca <16 x i16>, align 16
  %28 = alloca i32, align 4
  %29 = alloca i32, align 4
  %30 = alloca ptr, align 8
  %31 = alloca <8 x float>, align 16
  %32 = alloca <8 x float>, align 16
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 4, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 16 %14, i8 0, i64 256, i1 false)
  %33 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %33)
  %34 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  %36 = load i64, ptr %12, align 8
  %37 = load ptr, ptr %7, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 7
  %39 = load i64, ptr %38, align 8
  %40 = mul nsw i64 %36, %39
  %41 = getelementptr inbounds i16, ptr %35, i64 %40
  store ptr %41, ptr %15, align 8
  %42 = load i64, ptr %10, align 8
  store i64 %42, ptr %17, align 8
  br label %43
43:                                               ; preds = %117, %6
  %44 = load i64, ptr %17, align 8
  %45 = load i64, ptr %11, align 8
  %46 = icmp slt i64 %44, %45
  br i1 %46, label %48, label %47
47:                                               ; preds = %43
  store i32 2, ptr %18, align 4
  br label %120
48:                                               ; preds = %43
  store i32 0, ptr %19, align 4
  br label %49
49:                                               ; preds = %111, %48
  %50 = load i32, ptr %19, align 4
  %51 = icmp slt i32 %50, 8
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %18, align 4
  br label %116
53:                                               ; preds = %49
  store i32 0, ptr %20, align 4
  br label %54
54:                                               ; preds = %107, %53
  %55 = load i32, ptr %20, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %18, align 4
  br label %110
58:                                               ; preds = %54
  store i32 0, ptr %21, align 4
  br label %59
59:                                               ; preds = %103, %58
  %60 = load i32, ptr %21, align 4
  %61 = icmp slt i32 %60, 2
  br i1 %61, label %63, label %62
62:                                               ; preds = %59
  store i32 11, ptr %18, align 4
  br label %106
63:                                               ; preds = %59
  %64 = load ptr, ptr %15, align 8
  %65 = load i32, ptr %21, align 4
  %66 = sext i32 %65 to i64
  %67 = load ptr, ptr %7, align 8
  %68 = getelementptr inbounds nuw %struct.Product, ptr %67, i32 0, i32 7
  %69 = load i64, ptr %68, align 8
  %70 = mul nsw i64 %66, %69
  %71 = getelementptr inbounds i16, ptr %64, i64 %70
  %72 = load i64, ptr %17, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = load i32, ptr %19, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds i16, ptr %73, i64 %75
  %77 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %76)
  %78 = insertelement <8 x i32> poison, i32 %77, i64 0
  %79 = shufflevector <8 x i32> %78, <8 x i32> poison, <8 x i32> zeroinitializer
  %80 = add <8 x i32> zeroinitializer, %79
  %81 = bitcast <8 x i32> %80 to <16 x i16>
  store <16 x i16> %81, ptr %22, align 16
  %82 = load i32, ptr %21, align 4
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds [2 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %83
  %85 = load i32, ptr %20, align 4
  %86 = sext i32 %85 to i64
  %87 = getelementptr inbounds [4 x <8 x i32>], ptr %84, i64 0, i64 %86
  %88 = load <8 x i32>, ptr %87, align 16
  %89 = load ptr, ptr %8, align 8
  %90 = load i32, ptr %20, align 4
  %91 = mul nsw i32 16, %90
  %92 = sext i32 %91 to i64
  %93 = getelementptr inbounds i16, ptr %89, i64 %92
  call void @_ZL4loadIDv16_sET_PKv(ptr dead_on_unwind writable sret(<16 x i16>) align 16 %23, ptr noundef %93)
  %94 = load <16 x i16>, ptr %23, align 16
  %95 = load <16 x i16>, ptr %22, align 16
  store <8 x i32> %88, ptr %25, align 16
  store <16 x i16> %94, ptr %26, align 16
  store <16 x i16> %95, ptr %27, align 16
  call void @_ZL12add_productsDv8_iDv16_sS0_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %24, ptr noundef %25, ptr noundef %26, ptr noundef %27)
  %96 = load <8 x i32>, ptr %24, align 16
  %97 = load i32, ptr %21, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [2 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %98
  %100 = load i32, ptr %20, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <8 x i32>], ptr %99, i64 0, i64 %101
  store <8 x i32> %96, ptr %102, align 16
  br label %103
103:                                              ; preds = %63
  %104 = load i32, ptr %21, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %21, align 4
  br label %59, !llvm.loop !34
106:                                              ; preds = %62
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %20, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %20, align 4
  br label %54, !llvm.loop !35
110:                                              ; preds = %57
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %19, align 4
  %113 = add nsw i32 %112, 2
  store i32 %113, ptr %19, align 4
  %114 = load ptr, ptr %8, align 8
  %115 = getelementptr inbounds i16, ptr %114, i64 64
  store ptr %115, ptr %8, align 8
  br label %49, !llvm.loop !36
116:                                              ; preds = %52
  br label %117
117:                                              ; preds = %116
  %118 = load i64, ptr %17, align 8
  %119 = add nsw i64 %118, 8
  store i64 %119, ptr %17, align 8
  br label %43, !llvm.loop !37
120:                                              ; preds = %47
  store i32 0, ptr %28, align 4
  br label %121
121:                                              ; preds = %171, %120
  %122 = load i32, ptr %28, align 4
  %123 = icmp slt i32 %122, 2
  br i1 %123, label %125, label %124
124:                                              ; preds = %121
  store i32 14, ptr %18, align 4
  br label %174
125:                                              ; preds = %121
  store i32 0, ptr %29, align 4
  br label %126
126:                                              ; preds = %167, %125
  %127 = load i32, ptr %29, align 4
  %128 = icmp slt i32 %127, 4
  br i1 %128, label %130, label %129
129:                                              ; preds = %126
  store i32 17, ptr %18, align 4
  br label %170
130:                                              ; preds = %126
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 4
  %133 = load ptr, ptr %132, align 8
  %134 = load i64, ptr %12, align 8
  %135 = load i32, ptr %28, align 4
  %136 = sext i32 %135 to i64
  %137 = add nsw i64 %134, %136
  %138 = load ptr, ptr %7, align 8
  %139 = getelementptr inbounds nuw %struct.Product, ptr %138, i32 0, i32 8
  %140 = load i64, ptr %139, align 8
  %141 = mul nsw i64 %137, %140
  %142 = getelementptr inbounds float, ptr %133, i64 %141
  %143 = load i64, ptr %9, align 8
  %144 = getelementptr inbounds float, ptr %142, i64 %143
  %145 = load i32, ptr %29, align 4
  %146 = mul nsw i32 8, %145
  %147 = sext i32 %146 to i64
  %148 = getelementptr inbounds float, ptr %144, i64 %147
  store ptr %148, ptr %30, align 8
  %149 = load ptr, ptr %30, align 8
  %150 = load i64, ptr %10, align 8
  %151 = icmp ne i64 %150, 0
  br i1 %151, label %152, label %155
152:                                              ; preds = %130
  %153 = load ptr, ptr %30, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %31, ptr noundef %153)
  %154 = load <8 x float>, ptr %31, align 16
  br label %156
155:                                              ; preds = %130
  br label %156
156:                                              ; preds = %155, %152
  %157 = phi <8 x float> [ %154, %152 ], [ zeroinitializer, %155 ]
  %158 = load i32, ptr %28, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [2 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %159
  %161 = load i32, ptr %29, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [4 x <8 x i32>], ptr %160, i64 0, i64 %162
  %164 = load <8 x i32>, ptr %163, align 16
  %165 = sitofp <8 x i32> %164 to <8 x float>
  %166 = fadd <8 x float> %157, %165
  store <8 x float> %166, ptr %32, align 16
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %149, ptr noundef %32)
  br label %167
167:                                              ; preds = %156
  %168 = load i32, ptr %29, align 4
  %169 = add nsw i32 %168, 1
  store i32 %169, ptr %29, align 4
  br label %126, !llvm.loop !38
170:                                              ; preds = %129
  br label %171
171:                                              ; preds = %170
  %172 = load i32, ptr %28, align 4
  %173 = add nsw i32 %172, 1
  store i32 %173, ptr %28, align 4
  br label %121, !llvm.loop !39
174:                                              ; preds = %124
  ret void
}
define internal void @_ZL8multiplyILi1ELi32EEvPK7ProductPKsllll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #2 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca [1 x [4 x <8 x i32>]], align 16
  %15 = alloca ptr, align 8
  %16 = alloca %struct.Rounded, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca <16 x i16>, align 16
  %23 = alloca <16 x i16>, align 16
  %24 = alloca <8 x i32>, align 16
  %25 = alloca <8 x i32>, align 16
  %26 = alloca <16 x i16>, align 16
  %27 = alloca <16 x i16>, align 16
  %28 = alloca i32, align 4
  %29 = alloca i32, align 4
  %30 = alloca ptr, align 8
  %31 = alloca <8 x float>, align 16
  %32 = alloca <8 x float>, align 16
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  store i32 4, ptr %13, align 4
  call void @llvm.memset.p0.i64(ptr align 16 %14, i8 0, i64 128, i1 false)
  %33 = load ptr, ptr %7, align 8
  call void @_ZN7RoundedC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(16) %16, ptr noundef %33)
  %34 = getelementptr inbounds nuw %struct.Rounded, ptr %16, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  %36 = load i64, ptr %12, align 8
  %37 = load ptr, ptr %7, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 7
  %39 = load i64, ptr %38, align 8
  %40 = mul nsw i64 %36, %39
  %41 = getelementptr inbounds i16, ptr %35, i64 %40
  store ptr %41, ptr %15, align 8
  %42 = load i64, ptr %10, align 8
  store i64 %42, ptr %17, align 8
  br label %43
43:                                               ; preds = %117, %6
  %44 = load i64, ptr %17, align 8
  %45 = load i64, ptr %11, align 8
  %46 = icmp slt i64 %44, %45
  br i1 %46, label %48, label %47
47:                                               ; preds = %43
  store i32 2, ptr %18, align 4
  br label %120
48:                                               ; preds = %43
  store i32 0, ptr %19, align 4
  br label %49
49:                                               ; preds = %111, %48
  %50 = load i32, ptr %19, align 4
  %51 = icmp slt i32 %50, 8
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 5, ptr %18, align 4
  br label %116
53:                                               ; preds = %49
  store i32 0, ptr %20, align 4
  br label %54
54:                                               ; preds = %107, %53
  %55 = load i32, ptr %20, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %18, align 4
  br label %110
58:                                               ; preds = %54
  store i32 0, ptr %21, align 4
  br label %59
59:                                               ; preds = %103, %58
  %60 = load i32, ptr %21, align 4
  %61 = icmp slt i32 %60, 1
  br i1 %61, label %63, label %62
62:                                               ; preds = %59
  store i32 11, ptr %18, align 4
  br label %106
63:                                               ; preds = %59
  %64 = load ptr, ptr %15, align 8
  %65 = load i32, ptr %21, align 4
  %66 = sext i32 %65 to i64
  %67 = load ptr, ptr %7, align 8
  %68 = getelementptr inbounds nuw %struct.Product, ptr %67, i32 0, i32 7
  %69 = load i64, ptr %68, align 8
  %70 = mul nsw i64 %66, %69
  %71 = getelementptr inbounds i16, ptr %64, i64 %70
  %72 = load i64, ptr %17, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = load i32, ptr %19, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds i16, ptr %73, i64 %75
  %77 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %76)
  %78 = insertelement <8 x i32> poison, i32 %77, i64 0
  %79 = shufflevector <8 x i32> %78, <8 x i32> poison, <8 x i32> zeroinitializer
  %80 = add <8 x i32> zeroinitializer, %79
  %81 = bitcast <8 x i32> %80 to <16 x i16>
  store <16 x i16> %81, ptr %22, align 16
  %82 = load i32, ptr %21, align 4
  %83 = sext i32 %82 to i64
  %84 = getelementptr inbounds [1 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %83
  %85 = load i32, ptr %20, align 4
  %86 = sext i32 %85 to i64
  %87 = getelementptr inbounds [4 x <8 x i32>], ptr %84, i64 0, i64 %86
  %88 = load <8 x i32>, ptr %87, align 16
  %89 = load ptr, ptr %8, align 8
  %90 = load i32, ptr %20, align 4
  %91 = mul nsw i32 16, %90
  %92 = sext i32 %91 to i64
  %93 = getelementptr inbounds i16, ptr %89, i64 %92
  call void @_ZL4loadIDv16_sET_PKv(ptr dead_on_unwind writable sret(<16 x i16>) align 16 %23, ptr noundef %93)
  %94 = load <16 x i16>, ptr %23, align 16
  %95 = load <16 x i16>, ptr %22, align 16
  store <8 x i32> %88, ptr %25, align 16
  store <16 x i16> %94, ptr %26, align 16
  store <16 x i16> %95, ptr %27, align 16
  call void @_ZL12add_productsDv8_iDv16_sS0_(ptr dead_on_unwind writable sret(<8 x i32>) align 16 %24, ptr noundef %25, ptr noundef %26, ptr noundef %27)
  %96 = load <8 x i32>, ptr %24, align 16
  %97 = load i32, ptr %21, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [1 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %98
  %100 = load i32, ptr %20, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <8 x i32>], ptr %99, i64 0, i64 %101
  store <8 x i32> %96, ptr %102, align 16
  br label %103
103:                                              ; preds = %63
  %104 = load i32, ptr %21, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %21, align 4
  br label %59, !llvm.loop !40
106:                                              ; preds = %62
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %20, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %20, align 4
  br label %54, !llvm.loop !41
110:                                              ; preds = %57
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %19, align 4
  %113 = add nsw i32 %112, 2
  store i32 %113, ptr %19, align 4
  %114 = load ptr, ptr %8, align 8
  %115 = getelementptr inbounds i16, ptr %114, i64 64
  store ptr %115, ptr %8, align 8
  br label %49, !llvm.loop !42
116:                                              ; preds = %52
  br label %117
117:                                              ; preds = %116
  %118 = load i64, ptr %17, align 8
  %119 = add nsw i64 %118, 8
  store i64 %119, ptr %17, align 8
  br label %43, !llvm.loop !43
120:                                              ; preds = %47
  store i32 0, ptr %28, align 4
  br label %121
121:                                              ; preds = %171, %120
  %122 = load i32, ptr %28, align 4
  %123 = icmp slt i32 %122, 1
  br i1 %123, label %125, label %124
124:                                              ; preds = %121
  store i32 14, ptr %18, align 4
  br label %174
125:                                              ; preds = %121
  store i32 0, ptr %29, align 4
  br label %126
126:                                              ; preds = %167, %125
  %127 = load i32, ptr %29, align 4
  %128 = icmp slt i32 %127, 4
  br i1 %128, label %130, label %129
129:                                              ; preds = %126
  store i32 17, ptr %18, align 4
  br label %170
130:                                              ; preds = %126
  %131 = load ptr, ptr %7, align 8
  %132 = getelementptr inbounds nuw %struct.Product, ptr %131, i32 0, i32 4
  %133 = load ptr, ptr %132, align 8
  %134 = load i64, ptr %12, align 8
  %135 = load i32, ptr %28, align 4
  %136 = sext i32 %135 to i64
  %137 = add nsw i64 %134, %136
  %138 = load ptr, ptr %7, align 8
  %139 = getelementptr inbounds nuw %struct.Product, ptr %138, i32 0, i32 8
  %140 = load i64, ptr %139, align 8
  %141 = mul nsw i64 %137, %140
  %142 = getelementptr inbounds float, ptr %133, i64 %141
  %143 = load i64, ptr %9, align 8
  %144 = getelementptr inbounds float, ptr %142, i64 %143
  %145 = load i32, ptr %29, align 4
  %146 = mul nsw i32 8, %145
  %147 = sext i32 %146 to i64
  %148 = getelementptr inbounds float, ptr %144, i64 %147
  store ptr %148, ptr %30, align 8
  %149 = load ptr, ptr %30, align 8
  %150 = load i64, ptr %10, align 8
  %151 = icmp ne i64 %150, 0
  br i1 %151, label %152, label %155
152:                                              ; preds = %130
  %153 = load ptr, ptr %30, align 8
  call void @_ZL4loadIDv8_fET_PKv(ptr dead_on_unwind writable sret(<8 x float>) align 16 %31, ptr noundef %153)
  %154 = load <8 x float>, ptr %31, align 16
  br label %156
155:                                              ; preds = %130
  br label %156
156:                                              ; preds = %155, %152
  %157 = phi <8 x float> [ %154, %152 ], [ zeroinitializer, %155 ]
  %158 = load i32, ptr %28, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [1 x [4 x <8 x i32>]], ptr %14, i64 0, i64 %159
  %161 = load i32, ptr %29, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [4 x <8 x i32>], ptr %160, i64 0, i64 %162
  %164 = load <8 x i32>, ptr %163, align 16
  %165 = sitofp <8 x i32> %164 to <8 x float>
  %166 = fadd <8 x float> %157, %165
  store <8 x float> %166, ptr %32, align 16
  call void @_ZL3putIDv8_fEvPvT_(ptr noundef %149, ptr noundef %32)
  br label %167
167:                                              ; preds = %156
  %168 = load i32, ptr %29, align 4
  %169 = add nsw i32 %168, 1
  store i32 %169, ptr %29, align 4
  br label %126, !llvm.loop !44
170:                                              ; preds = %129
  br label %171
171:                                              ; preds = %170
  %172 = load i32, ptr %28, align 4
  %173 = add nsw i32 %172, 1
  store i32 %173, ptr %28, align 4
  br label %121, !llvm.loop !45
174:                                              ; preds = %124
  ret void
}
define internal void @_ZL4loadIDv32_aET_PKv(ptr dead_on_unwind noalias writable sret(<32 x i8>) align 16 %0, ptr noundef %1) #2 {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw %struct.Anywhere.14, ptr %4, i32 0, i32 0
  %6 = load <32 x i8>, ptr %5, align 1
  store <32 x i8> %6, ptr %0, align 16
  %7 = load <32 x i8>, ptr %0, align 16
  store <32 x i8> %7, ptr %0, align 16
  ret void
}
define internal void @_ZL4pickILi64EDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_EDaT0_S7_T1_(ptr dead_on_unwind noalias writable sret(<64 x i8>) align 16 %0, ptr noundef %1, ptr noundef %2, i64 %3) #2 {
  %5 = alloca %class.anon.12, align 1
  %6 = alloca <32 x i8>, align 16
  %7 = alloca <32 x i8>, align 16
  %8 = alloca %class.anon.12, align 1
  %9 = alloca %struct.Sequence.15, align 1
  %10 = alloca <64 x i8>, align 16
  %11 = alloca <32 x i8>, align 16
  %12 = alloca <32 x i8>, align 16
  %13 = load <32 x i8>, ptr %1, align 16
  %14 = load <32 x i8>, ptr %2, align 16
  %15 = getelementptr inbounds nuw %class.anon.12, ptr %5, i32 0, i32 0
  %16 = trunc i64 %3 to i8
  store i8 %16, ptr %15, align 1
  store <32 x i8> %13, ptr %6, align 16
  store <32 x i8> %14, ptr %7, align 16
  %17 = load <32 x i8>, ptr %6, align 16
  %18 = load <32 x i8>, ptr %7, align 16
  store <32 x i8> %17, ptr %11, align 16
  store <32 x i8> %18, ptr %12, align 16
  %19 = getelementptr inbounds nuw %class.anon.12, ptr %8, i32 0, i32 0
  %20 = load i8, ptr %19, align 1
  %21 = zext i8 %20 to i64
  %22 = getelementptr inbounds nuw %struct.Sequence.15, ptr %9, i32 0, i32 0
  %23 = load i8, ptr %22, align 1
  %24 = zext i8 %23 to i64
  call void @_ZL7pick_ofIDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %10, ptr noundef %11, ptr noundef %12, i64 %21, i64 %24)
  %25 = load <64 x i8>, ptr %10, align 16
  store <64 x i8> %25, ptr %0, align 16
  %26 = load <64 x i8>, ptr %0, align 16
  store <64 x i8> %26, ptr %0, align 16
  ret void
}
define internal void @_ZL3putIDv64_sEvPvT_(ptr noundef %0, ptr noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca <64 x i16>, align 16
  %5 = load <64 x i16>, ptr %1, align 16
  store ptr %0, ptr %3, align 8
  store <64 x i16> %5, ptr %4, align 16
  %6 = load <64 x i16>, ptr %4, align 16
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.Anywhere.16, ptr %7, i32 0, i32 0
  store <64 x i16> %6, ptr %8, align 1
  ret void
}
define internal void @_ZL7pick_ofIDv32_aZL5widenILi32EEvPK7ProductPslllEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S7_T0_8SequenceIiJXspT1_EEE(ptr dead_on_unwind noalias writable sret(<64 x i8>) align 16 %0, ptr noundef %1, ptr noundef %2, i64 %3, i64 %4) #2 {
  %6 = alloca %class.anon.12, align 1
  %7 = alloca %struct.Sequence.15, align 1
  %8 = alloca <32 x i8>, align 16
  %9 = alloca <32 x i8>, align 16
  %10 = load <32 x i8>, ptr %1, align 16
  %11 = load <32 x i8>, ptr %2, align 16
  %12 = getelementptr inbounds nuw %class.anon.12, ptr %6, i32 0, i32 0
  %13 = trunc i64 %3 to i8
  store i8 %13, ptr %12, align 1
  %14 = getelementptr inbounds nuw %struct.Sequence.15, ptr %7, i32 0, i32 0
  %15 = trunc i64 %4 to i8
  store i8 %15, ptr %14, align 1
  store <32 x i8> %10, ptr %8, align 16
  store <32 x i8> %11, ptr %9, align 16
  %16 = load <32 x i8>, ptr %8, align 16
  %17 = load <32 x i8>, ptr %9, align 16
  %18 = shufflevector <32 x i8> %16, <32 x i8> %17, <64 x i32> <i32 0, i32 32, i32 1, i32 33, i32 2, i32 34, i32 3, i32 35, i32 4, i32 36, i32 5, i32 37, i32 6, i32 38, i32 7, i32 39, i32 8, i32 40, i32 9, i32 41, i32 10, i32 42, i32 11, i32 43, i32 12, i32 44, i32 13, i32 45, i32 14, i32 46, i32 15, i32 47, i32 16, i32 48, i32 17, i32 49, i32 18, i32 50, i32 19, i32 51, i32 20, i32 52, i32 21, i32 53, i32 22, i32 54, i32 23, i32 55, i32 24, i32 56, i32 25, i32 57, i32 26, i32 58, i32 27, i32 59, i32 28, i32 60, i32 29, i32 61, i32 30, i32 62, i32 31, i32 63>
  store <64 x i8> %18, ptr %0, align 16
  %19 = load <64 x i8>, ptr %0, align 16
  store <64 x i8> %19, ptr %0, align 16
  ret void
}
attributes #0 = { mustprogress nounwind uwtable(sync) vscale_range(1,16) }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { alwaysinline mustprogress nounwind uwtable(sync) vscale_range(1,16) }
attributes #3 = { nounwind }
attributes #4 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #5 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #6 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #7 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #8 = { inlinehint mustprogress nounwind uwtable(sync) vscale_range(1,16) }
attributes #9 = { nounwind }
!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 1}
!4 = !{i32 7, !"frame-pointer", i32 4}
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
