%class.anon.4 = type { i8 }
%class.anon.5 = type { i8 }
%class.anon = type { ptr, i64 }
%class.anon.0 = type { ptr }
%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, [64 x i64] }
%class.anon.10 = type { ptr, i64 }
%class.anon.11 = type { ptr }
%struct.Rounded = type { ptr, ptr }
%struct.Anywhere = type { <16 x i16> }
%struct.Anywhere.1 = type { <16 x i16> }
%struct.Anywhere.2 = type { <32 x i8> }
%struct.Anywhere.3 = type { <32 x i16> }
%struct.Sequence = type { i8 }
%struct.Sequence.7 = type { i8 }
%struct.Sequence.8 = type { i8 }
%struct.Anywhere.9 = type { <4 x i16> }
%struct.Anywhere.12 = type { <16 x float> }
%struct.Anywhere.13 = type { <4 x float> }
$_ZN7RoundedC2EPK7Productl = comdat any
@_ZL4even = internal constant %class.anon.4 undef, align 1
@_ZL3odd = internal constant %class.anon.5 undef, align 1
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
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #1
define void @int8(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  call void @_ZL8multiplyItEvP7Product(ptr noundef %3)
  ret void
}
define internal void @_ZL8multiplyItEvP7Product(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca %class.anon, align 8
  %5 = alloca %class.anon.0, align 8
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Product, ptr %6, i32 0, i32 8
  %8 = load i64, ptr %7, align 8
  %9 = add nsw i64 %8, 1024
  %10 = sub nsw i64 %9, 1
  %11 = sdiv i64 %10, 1024
  store i64 %11, ptr %3, align 8
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = load i64, ptr %3, align 8
  %16 = mul nsw i64 %14, %15
  %17 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 0
  %18 = load ptr, ptr %2, align 8
  store ptr %18, ptr %17, align 8
  %19 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 1
  %20 = load i64, ptr %3, align 8
  store i64 %20, ptr %19, align 8
  %21 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  %22 = load ptr, ptr %21, align 8
  %23 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  %24 = load i64, ptr %23, align 8
  call void @_ZL5shareIZL8multiplyItEvP7ProductEUllE_EvlT_(i64 noundef %16, ptr %22, i64 %24)
  %25 = load ptr, ptr %2, align 8
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 9
  %28 = load i64, ptr %27, align 8
  %29 = add nsw i64 %28, 32
  %30 = sub nsw i64 %29, 1
  %31 = sdiv i64 %30, 32
  %32 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %33 = load ptr, ptr %2, align 8
  store ptr %33, ptr %32, align 8
  %34 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  call void @_ZL10take_tilesIZL8multiplyItEvP7ProductEUllE0_EvS2_lT_(ptr noundef %25, i64 noundef %31, ptr %35)
  ret void
}
define void @run_int8_wide(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int8_wide, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @int8_wide(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  call void @_ZL8multiplyIfEvP7Product(ptr noundef %3)
  ret void
}
define internal void @_ZL8multiplyIfEvP7Product(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca %class.anon.10, align 8
  %5 = alloca %class.anon.11, align 8
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Product, ptr %6, i32 0, i32 8
  %8 = load i64, ptr %7, align 8
  %9 = add nsw i64 %8, 1024
  %10 = sub nsw i64 %9, 1
  %11 = sdiv i64 %10, 1024
  store i64 %11, ptr %3, align 8
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = load i64, ptr %3, align 8
  %16 = mul nsw i64 %14, %15
  %17 = getelementptr inbounds nuw %class.anon.10, ptr %4, i32 0, i32 0
  %18 = load ptr, ptr %2, align 8
  store ptr %18, ptr %17, align 8
  %19 = getelementptr inbounds nuw %class.anon.10, ptr %4, i32 0, i32 1
  %20 = load i64, ptr %3, align 8
  store i64 %20, ptr %19, align 8
  %21 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  %22 = load ptr, ptr %21, align 8
  %23 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  %24 = load i64, ptr %23, align 8
  call void @_ZL5shareIZL8multiplyIfEvP7ProductEUllE_EvlT_(i64 noundef %16, ptr %22, i64 %24)
  %25 = load ptr, ptr %2, align 8
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 9
  %28 = load i64, ptr %27, align 8
  %29 = add nsw i64 %28, 32
  %30 = sub nsw i64 %29, 1
  %31 = sdiv i64 %30, 32
  %32 = getelementptr inbounds nuw %class.anon.11, ptr %5, i32 0, i32 0
  %33 = load ptr, ptr %2, align 8
  store ptr %33, ptr %32, align 8
  %34 = getelementptr inbounds nuw %class.anon.11, ptr %5, i32 0, i32 0
  %35 = load ptr, ptr %34, align 8
  call void @_ZL10take_tilesIZL8multiplyIfEvP7ProductEUllE0_EvS2_lT_(ptr noundef %25, i64 noundef %31, ptr %35)
  ret void
}
define internal void @_ZL5shareIZL8multiplyItEvP7ProductEUllE_EvlT_(i64 noundef %0, ptr %1, i64 %2) #2 {
  %4 = alloca %class.anon, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  store ptr %1, ptr %10, align 8
  %11 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  store i64 %2, ptr %11, align 8
  store i64 %0, ptr %5, align 8
  %12 = call i32 @omp_get_thread_num()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = call i32 @omp_get_num_threads()
  %15 = sext i32 %14 to i64
  store i64 %15, ptr %7, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr %6, align 8
  %18 = add nsw i64 %17, 1
  %19 = mul nsw i64 %16, %18
  %20 = load i64, ptr %7, align 8
  %21 = sdiv i64 %19, %20
  store i64 %21, ptr %8, align 8
  %22 = load i64, ptr %5, align 8
  %23 = load i64, ptr %6, align 8
  %24 = mul nsw i64 %22, %23
  %25 = load i64, ptr %7, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %9, align 8
  br label %27
27:                                               ; preds = %34, %3
  %28 = load i64, ptr %9, align 8
  %29 = load i64, ptr %8, align 8
  %30 = icmp slt i64 %28, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %27
  br label %37
32:                                               ; preds = %27
  %33 = load i64, ptr %9, align 8
  call void @_ZZL8multiplyItEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %4, i64 noundef %33)
  br label %34
34:                                               ; preds = %32
  %35 = load i64, ptr %9, align 8
  %36 = add nsw i64 %35, 1
  store i64 %36, ptr %9, align 8
  br label %27, !llvm.loop !6
37:                                               ; preds = %31
  ret void
}
define internal void @_ZL10take_tilesIZL8multiplyItEvP7ProductEUllE0_EvS2_lT_(ptr noundef %0, i64 noundef %1, ptr %2) #2 {
  %4 = alloca %class.anon.0, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  %18 = getelementptr inbounds nuw %class.anon.0, ptr %4, i32 0, i32 0
  store ptr %2, ptr %18, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  %19 = call i32 @omp_get_num_threads()
  %20 = sext i32 %19 to i64
  %21 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef 64)
  store i64 %21, ptr %7, align 8
  %22 = call i32 @omp_get_thread_num()
  %23 = sext i32 %22 to i64
  store i64 %23, ptr %8, align 8
  %24 = load i64, ptr %8, align 8
  %25 = load i64, ptr %7, align 8
  %26 = icmp slt i64 %24, %25
  br i1 %26, label %27, label %32
27:                                               ; preds = %3
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 13
  %30 = load i64, ptr %8, align 8
  %31 = getelementptr inbounds [64 x i64], ptr %29, i64 0, i64 %30
  store i64 0, ptr %31, align 8
  br label %32
32:                                               ; preds = %27, %3
  call void @GOMP_barrier()
  store i64 0, ptr %9, align 8
  br label %33
33:                                               ; preds = %81, %32
  %34 = load i64, ptr %9, align 8
  %35 = load i64, ptr %7, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %84
38:                                               ; preds = %33
  %39 = load i64, ptr %8, align 8
  %40 = load i64, ptr %9, align 8
  %41 = add nsw i64 %39, %40
  %42 = load i64, ptr %7, align 8
  %43 = srem i64 %41, %42
  store i64 %43, ptr %10, align 8
  %44 = load i64, ptr %6, align 8
  %45 = load i64, ptr %10, align 8
  %46 = mul nsw i64 %44, %45
  %47 = load i64, ptr %7, align 8
  %48 = sdiv i64 %46, %47
  store i64 %48, ptr %11, align 8
  %49 = load i64, ptr %6, align 8
  %50 = load i64, ptr %10, align 8
  %51 = add nsw i64 %50, 1
  %52 = mul nsw i64 %49, %51
  %53 = load i64, ptr %7, align 8
  %54 = sdiv i64 %52, %53
  store i64 %54, ptr %12, align 8
  %55 = load ptr, ptr %5, align 8
  %56 = getelementptr inbounds nuw %struct.Product, ptr %55, i32 0, i32 13
  %57 = getelementptr inbounds [64 x i64], ptr %56, i64 0, i64 0
  %58 = load i64, ptr %10, align 8
  %59 = getelementptr inbounds i64, ptr %57, i64 %58
  store ptr %59, ptr %13, align 8
  br label %60
60:                                               ; preds = %79, %38
  %61 = load ptr, ptr %13, align 8
  %62 = load atomic i64, ptr %61 monotonic, align 8
  store i64 %62, ptr %15, align 8
  %63 = load i64, ptr %15, align 8
  %64 = load i64, ptr %12, align 8
  %65 = load i64, ptr %11, align 8
  %66 = sub nsw i64 %64, %65
  %67 = icmp slt i64 %63, %66
  br i1 %67, label %68, label %80
68:                                               ; preds = %60
  %69 = load i64, ptr %11, align 8
  %70 = load ptr, ptr %13, align 8
  store i64 1, ptr %16, align 8
  %71 = load i64, ptr %16, align 8
  %72 = atomicrmw add ptr %70, i64 %71 monotonic, align 8
  store i64 %72, ptr %17, align 8
  %73 = load i64, ptr %17, align 8
  %74 = add nsw i64 %69, %73
  store i64 %74, ptr %14, align 8
  %75 = load i64, ptr %12, align 8
  %76 = icmp slt i64 %74, %75
  br i1 %76, label %77, label %79
77:                                               ; preds = %68
  %78 = load i64, ptr %14, align 8
  call void @_ZZL8multiplyItEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %4, i64 noundef %78)
  br label %79
79:                                               ; preds = %77, %68
  br label %60, !llvm.loop !8
80:                                               ; preds = %60
  br label %81
81:                                               ; preds = %80
  %82 = load i64, ptr %9, align 8
  %83 = add nsw i64 %82, 1
  store i64 %83, ptr %9, align 8
  br label %33, !llvm.loop !9
84:                                               ; preds = %37
  ret void
}
declare i32 @omp_get_thread_num() #1
declare i32 @omp_get_num_threads() #1
define internal void @_ZZL8multiplyItEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 1
  %10 = load i64, ptr %9, align 8
  %11 = sdiv i64 %8, %10
  %12 = load i64, ptr %4, align 8
  %13 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 1
  %14 = load i64, ptr %13, align 8
  %15 = srem i64 %12, %14
  %16 = mul nsw i64 %15, 1024
  call void @_ZL5roundItEvPK7Productll(ptr noundef %7, i64 noundef %11, i64 noundef %16)
  ret void
}
define internal void @_ZL5roundItEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #5 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca %struct.Rounded, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <16 x float>, align 64
  %11 = alloca i64, align 8
  %12 = alloca float, align 4
  %13 = alloca float, align 4
  %14 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %15 = load ptr, ptr %4, align 8
  %16 = load i64, ptr %5, align 8
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %7, ptr noundef %15, i64 noundef %16)
  %17 = load ptr, ptr %4, align 8
  %18 = getelementptr inbounds nuw %struct.Product, ptr %17, i32 0, i32 3
  %19 = load ptr, ptr %18, align 8
  %20 = load i64, ptr %5, align 8
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 8
  %23 = load i64, ptr %22, align 8
  %24 = mul nsw i64 %20, %23
  %25 = getelementptr inbounds i16, ptr %19, i64 %24
  store ptr %25, ptr %8, align 8
  %26 = load i64, ptr %6, align 8
  %27 = add nsw i64 %26, 1024
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 8
  %30 = load i64, ptr %29, align 8
  %31 = call noundef i64 @_ZL5leastll(i64 noundef %27, i64 noundef %30)
  store i64 %31, ptr %9, align 8
  store <16 x float> zeroinitializer, ptr %10, align 64
  %32 = load i64, ptr %6, align 8
  store i64 %32, ptr %11, align 8
  br label %33
33:                                               ; preds = %46, %3
  %34 = load i64, ptr %11, align 8
  %35 = load i64, ptr %9, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %49
38:                                               ; preds = %33
  %39 = load ptr, ptr %8, align 8
  %40 = load i64, ptr %11, align 8
  %41 = getelementptr inbounds i16, ptr %39, i64 %40
  %42 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %41)
  %43 = call <16 x float> @llvm.fabs.v16f32(<16 x float> %42)
  %44 = load <16 x float>, ptr %10, align 64
  %45 = call <16 x float> @llvm.maximum.v16f32(<16 x float> %43, <16 x float> %44)
  store <16 x float> %45, ptr %10, align 64
  br label %46
46:                                               ; preds = %38
  %47 = load i64, ptr %11, align 8
  %48 = add nsw i64 %47, 16
  store i64 %48, ptr %11, align 8
  br label %33, !llvm.loop !10
49:                                               ; preds = %37
  %50 = load <16 x float>, ptr %10, align 64
  %51 = call float @llvm.vector.reduce.fmaximum.v16f32(<16 x float> %50)
  %52 = fdiv float %51, 3.276700e+04
  store float %52, ptr %12, align 4
  %53 = load float, ptr %12, align 4
  %54 = fcmp olt float %53, 0x3810000000000000
  br i1 %54, label %55, label %56
55:                                               ; preds = %49
  br label %58
56:                                               ; preds = %49
  %57 = load float, ptr %12, align 4
  br label %58
58:                                               ; preds = %56, %55
  %59 = phi float [ 0x3810000000000000, %55 ], [ %57, %56 ]
  store float %59, ptr %13, align 4
  %60 = load float, ptr %13, align 4
  %61 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 1
  %62 = load ptr, ptr %61, align 8
  %63 = load i64, ptr %6, align 8
  %64 = sdiv i64 %63, 1024
  %65 = getelementptr inbounds float, ptr %62, i64 %64
  store float %60, ptr %65, align 4
  %66 = load i64, ptr %6, align 8
  store i64 %66, ptr %14, align 8
  br label %67
67:                                               ; preds = %86, %58
  %68 = load i64, ptr %14, align 8
  %69 = load i64, ptr %9, align 8
  %70 = icmp slt i64 %68, %69
  br i1 %70, label %72, label %71
71:                                               ; preds = %67
  br label %89
72:                                               ; preds = %67
  %73 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 0
  %74 = load ptr, ptr %73, align 8
  %75 = load i64, ptr %14, align 8
  %76 = getelementptr inbounds i16, ptr %74, i64 %75
  %77 = load ptr, ptr %8, align 8
  %78 = load i64, ptr %14, align 8
  %79 = getelementptr inbounds i16, ptr %77, i64 %78
  %80 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %79)
  %81 = load float, ptr %13, align 4
  %82 = fdiv float 1.000000e+00, %81
  %83 = insertelement <16 x float> poison, float %82, i64 0
  %84 = shufflevector <16 x float> %83, <16 x float> poison, <16 x i32> zeroinitializer
  %85 = fmul <16 x float> %80, %84
  call void @_ZL11put_roundedIsEvPT_Dv16_f(ptr noundef %76, <16 x float> noundef %85)
  br label %86
86:                                               ; preds = %72
  %87 = load i64, ptr %14, align 8
  %88 = add nsw i64 %87, 16
  store i64 %88, ptr %14, align 8
  br label %67, !llvm.loop !11
89:                                               ; preds = %71
  ret void
}
define linkonce_odr void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %0, ptr noundef %1, i64 noundef %2) unnamed_addr #0 comdat align 2 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.Product, ptr %8, i32 0, i32 5
  %10 = load ptr, ptr %9, align 8
  %11 = load i64, ptr %6, align 8
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 8
  %14 = load i64, ptr %13, align 8
  %15 = mul nsw i64 %11, %14
  %16 = getelementptr inbounds i16, ptr %10, i64 %15
  %17 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 0
  store ptr %16, ptr %17, align 8
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.Product, ptr %18, i32 0, i32 5
  %20 = load ptr, ptr %19, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 7
  %23 = load i64, ptr %22, align 8
  %24 = load ptr, ptr %5, align 8
  %25 = getelementptr inbounds nuw %struct.Product, ptr %24, i32 0, i32 8
  %26 = load i64, ptr %25, align 8
  %27 = mul nsw i64 %23, %26
  %28 = getelementptr inbounds i16, ptr %20, i64 %27
  %29 = load i64, ptr %6, align 8
  %30 = load ptr, ptr %5, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 8
  %32 = load i64, ptr %31, align 8
  %33 = add nsw i64 %32, 1024
  %34 = sub nsw i64 %33, 1
  %35 = sdiv i64 %34, 1024
  %36 = mul nsw i64 %29, %35
  %37 = getelementptr inbounds float, ptr %28, i64 %36
  %38 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 1
  store ptr %37, ptr %38, align 8
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
define internal noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %3)
  %5 = zext <16 x i16> %4 to <16 x i32>
  %6 = shl <16 x i32> %5, splat (i32 16)
  %7 = bitcast <16 x i32> %6 to <16 x float>
  ret <16 x float> %7
}
declare <16 x float> @llvm.fabs.v16f32(<16 x float>) #6
declare <16 x float> @llvm.maximum.v16f32(<16 x float>, <16 x float>) #6
declare float @llvm.vector.reduce.fmaximum.v16f32(<16 x float>) #7
define internal void @_ZL11put_roundedIsEvPT_Dv16_f(ptr noundef %0, <16 x float> noundef %1) #5 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x float>, align 64
  store ptr %0, ptr %3, align 8
  store <16 x float> %1, ptr %4, align 64
  %5 = load <16 x float>, ptr %4, align 64
  %6 = load <16 x float>, ptr %4, align 64
  %7 = fcmp une <16 x float> %5, %6
  %8 = sext <16 x i1> %7 to <16 x i32>
  %9 = load <16 x float>, ptr %4, align 64
  %10 = call <16 x float> @llvm.rint.v16f32(<16 x float> %9)
  %11 = icmp ne <16 x i32> %8, zeroinitializer
  %12 = select <16 x i1> %11, <16 x float> zeroinitializer, <16 x float> %10
  store <16 x float> %12, ptr %4, align 64
  %13 = load ptr, ptr %3, align 8
  %14 = load <16 x float>, ptr %4, align 64
  %15 = fptosi <16 x float> %14 to <16 x i32>
  %16 = trunc <16 x i32> %15 to <16 x i16>
  call void @_ZL3putIDv16_sEvPvT_(ptr noundef %13, <16 x i16> noundef %16)
  ret void
}
define internal noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %0) #8 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
declare <16 x float> @llvm.rint.v16f32(<16 x float>) #6
define internal void @_ZL3putIDv16_sEvPvT_(ptr noundef %0, <16 x i16> noundef %1) #8 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x i16>, align 32
  store ptr %0, ptr %3, align 8
  store <16 x i16> %1, ptr %4, align 32
  %5 = load <16 x i16>, ptr %4, align 32
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.1, ptr %6, i32 0, i32 0
  store <16 x i16> %5, ptr %7, align 1
  ret void
}
declare void @GOMP_barrier() #1
define internal void @_ZZL8multiplyItEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = mul nsw i64 %8, 32
  call void @_ZL4tileItLi6EEvPK7Productll(ptr noundef %7, i64 noundef 0, i64 noundef %9)
  ret void
}
define internal void @_ZL4tileItLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 6
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi6EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !12
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 6
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !13
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileItLi4EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockItLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [6 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [6 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 96, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 1536, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !14
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 6
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !16
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !17
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !18
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 6
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [6 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [6 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !19
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !20
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds i16, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 6
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds i16, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds i16, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [6 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPtT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !21
213:                                              ; preds = %187
  ret void
}
define internal void @_ZL4tileItLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 4
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi4EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !22
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 4
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !23
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileItLi2EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #10
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #11
define internal noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %0) #8 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.2, ptr %3, i32 0, i32 0
  %5 = load <32 x i8>, ptr %4, align 1
  ret <32 x i8> %5
}
define internal noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.3, ptr %3, i32 0, i32 0
  %5 = load <32 x i16>, ptr %4, align 1
  ret <32 x i16> %5
}
define internal noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %0, <32 x i16> noundef %1, <32 x i16> noundef %2) #5 {
  %4 = alloca <16 x i32>, align 64
  %5 = alloca <32 x i16>, align 64
  %6 = alloca <32 x i16>, align 64
  store <16 x i32> %0, ptr %4, align 64
  store <32 x i16> %1, ptr %5, align 64
  store <32 x i16> %2, ptr %6, align 64
  %7 = load <16 x i32>, ptr %4, align 64
  %8 = load <32 x i16>, ptr %5, align 64
  %9 = load <32 x i16>, ptr %6, align 64
  %10 = call noundef <16 x i32> @llvm.x86.avx512.pmaddw.d.512(<32 x i16> noundef %8, <32 x i16> noundef %9)
  %11 = add <16 x i32> %7, %10
  ret <16 x i32> %11
}
define internal noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %0, <4 x float> noundef %1, <4 x float> noundef %2) #12 {
  %4 = alloca <4 x float>, align 16
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  store <4 x float> %0, ptr %4, align 16
  store <4 x float> %1, ptr %5, align 16
  store <4 x float> %2, ptr %6, align 16
  %7 = load <4 x float>, ptr %4, align 16
  %8 = load <4 x float>, ptr %5, align 16
  %9 = load <4 x float>, ptr %6, align 16
  %10 = call <4 x float> @llvm.fma.v4f32(<4 x float> %7, <4 x float> %8, <4 x float> %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  %3 = alloca <16 x i64>, align 128
  %4 = alloca <16 x i64>, align 128
  store ptr %0, ptr %2, align 8
  %5 = load ptr, ptr %2, align 8
  %6 = call noundef <16 x i32> @_ZL14all_neighboursILi4EDv16_iET0_PS1_(ptr noundef %5)
  %7 = sext <16 x i32> %6 to <16 x i64>
  store <16 x i64> %7, ptr %3, align 128
  %8 = load <16 x i64>, ptr %3, align 128
  store <16 x i64> %8, ptr %4, align 128
  %9 = call noundef <4 x i64> @_ZL6foldedILi4EDv16_lEDaT0_(ptr noundef byval(<16 x i64>) align 128 %4)
  %10 = sitofp <4 x i64> %9 to <4 x float>
  ret <4 x float> %10
}
define internal noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %0) #12 {
  %2 = alloca ptr, align 8
  %3 = alloca <4 x i16>, align 8
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  %5 = call noundef double @_ZL4loadIDv4_tET_PKv(ptr noundef %4)
  store double %5, ptr %3, align 8
  %6 = load <4 x i16>, ptr %3, align 8
  %7 = zext <4 x i16> %6 to <4 x i32>
  %8 = shl <4 x i32> %7, splat (i32 16)
  %9 = bitcast <4 x i32> %8 to <4 x float>
  ret <4 x float> %9
}
define internal void @_ZL8round_toIDv4_fEvPtT_(ptr noundef %0, <4 x float> noundef %1) #12 {
  %3 = alloca ptr, align 8
  %4 = alloca <4 x float>, align 16
  %5 = alloca i32, align 4
  %6 = alloca <4 x i32>, align 16
  %7 = alloca <4 x i32>, align 16
  %8 = alloca <4 x i16>, align 8
  store ptr %0, ptr %3, align 8
  store <4 x float> %1, ptr %4, align 16
  store i32 4, ptr %5, align 4
  %9 = load <4 x float>, ptr %4, align 16
  %10 = bitcast <4 x float> %9 to <4 x i32>
  store <4 x i32> %10, ptr %6, align 16
  %11 = load <4 x float>, ptr %4, align 16
  %12 = load <4 x float>, ptr %4, align 16
  %13 = fcmp une <4 x float> %11, %12
  %14 = sext <4 x i1> %13 to <4 x i32>
  %15 = load <4 x i32>, ptr %6, align 16
  %16 = add <4 x i32> %15, splat (i32 32767)
  %17 = load <4 x i32>, ptr %6, align 16
  %18 = lshr <4 x i32> %17, splat (i32 16)
  %19 = and <4 x i32> %18, splat (i32 1)
  %20 = add <4 x i32> %16, %19
  %21 = icmp ne <4 x i32> %14, zeroinitializer
  %22 = select <4 x i1> %21, <4 x i32> splat (i32 2143289344), <4 x i32> %20
  store <4 x i32> %22, ptr %7, align 16
  %23 = load ptr, ptr %3, align 8
  %24 = load <4 x i32>, ptr %7, align 16
  %25 = lshr <4 x i32> %24, splat (i32 16)
  %26 = trunc <4 x i32> %25 to <4 x i16>
  store <4 x i16> %26, ptr %8, align 8
  %27 = load double, ptr %8, align 8
  call void @_ZL3putIDv4_tEvPvT_(ptr noundef %23, double noundef %27)
  ret void
}
declare <16 x i32> @llvm.x86.avx512.pmaddw.d.512(<32 x i16>, <32 x i16>) #13
declare <4 x float> @llvm.fma.v4f32(<4 x float>, <4 x float>, <4 x float>) #6
define internal noundef <16 x i32> @_ZL14all_neighboursILi4EDv16_iET0_PS1_(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  store ptr %0, ptr %2, align 8
  store i32 2, ptr %3, align 4
  br label %6
6:                                                ; preds = %39, %1
  %7 = load i32, ptr %3, align 4
  %8 = icmp sgt i32 %7, 0
  br i1 %8, label %10, label %9
9:                                                ; preds = %6
  store i32 2, ptr %4, align 4
  br label %42
10:                                               ; preds = %6
  store i32 0, ptr %5, align 4
  br label %11
11:                                               ; preds = %35, %10
  %12 = load i32, ptr %5, align 4
  %13 = load i32, ptr %3, align 4
  %14 = icmp slt i32 %12, %13
  br i1 %14, label %16, label %15
15:                                               ; preds = %11
  store i32 5, ptr %4, align 4
  br label %38
16:                                               ; preds = %11
  %17 = load ptr, ptr %2, align 8
  %18 = load i32, ptr %5, align 4
  %19 = mul nsw i32 2, %18
  %20 = sext i32 %19 to i64
  %21 = getelementptr inbounds <16 x i32>, ptr %17, i64 %20
  %22 = load <16 x i32>, ptr %21, align 64
  %23 = load ptr, ptr %2, align 8
  %24 = load i32, ptr %5, align 4
  %25 = mul nsw i32 2, %24
  %26 = add nsw i32 %25, 1
  %27 = sext i32 %26 to i64
  %28 = getelementptr inbounds <16 x i32>, ptr %23, i64 %27
  %29 = load <16 x i32>, ptr %28, align 64
  %30 = call noundef <16 x i32> @_ZL10neighboursILi16EDv16_iEDaT0_S1_(<16 x i32> noundef %22, <16 x i32> noundef %29)
  %31 = load ptr, ptr %2, align 8
  %32 = load i32, ptr %5, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds <16 x i32>, ptr %31, i64 %33
  store <16 x i32> %30, ptr %34, align 64
  br label %35
35:                                               ; preds = %16
  %36 = load i32, ptr %5, align 4
  %37 = add nsw i32 %36, 1
  store i32 %37, ptr %5, align 4
  br label %11, !llvm.loop !24
38:                                               ; preds = %15
  br label %39
39:                                               ; preds = %38
  %40 = load i32, ptr %3, align 4
  %41 = sdiv i32 %40, 2
  store i32 %41, ptr %3, align 4
  br label %6, !llvm.loop !25
42:                                               ; preds = %9
  %43 = load ptr, ptr %2, align 8
  %44 = getelementptr inbounds <16 x i32>, ptr %43, i64 0
  %45 = load <16 x i32>, ptr %44, align 64
  ret <16 x i32> %45
}
define internal noundef <4 x i64> @_ZL6foldedILi4EDv16_lEDaT0_(ptr noundef byval(<16 x i64>) align 128 %0) #5 {
  %2 = alloca <16 x i64>, align 128
  %3 = alloca i32, align 4
  %4 = alloca <16 x i64>, align 128
  %5 = alloca <16 x i64>, align 128
  %6 = load <16 x i64>, ptr %0, align 128
  store <16 x i64> %6, ptr %2, align 128
  store i32 8, ptr %3, align 4
  %7 = load <16 x i64>, ptr %2, align 128
  %8 = load <16 x i64>, ptr %2, align 128
  store <16 x i64> %7, ptr %4, align 128
  store <16 x i64> %8, ptr %5, align 128
  %9 = call noundef <8 x i64> @_ZL10neighboursILi8EDv16_lEDaT0_S1_(ptr noundef byval(<16 x i64>) align 128 %4, ptr noundef byval(<16 x i64>) align 128 %5)
  %10 = call noundef <4 x i64> @_ZL6foldedILi4EDv8_lEDaT0_(<8 x i64> noundef %9)
  ret <4 x i64> %10
}
define internal noundef <16 x i32> @_ZL10neighboursILi16EDv16_iEDaT0_S1_(<16 x i32> noundef %0, <16 x i32> noundef %1) #5 {
  %3 = alloca <16 x i32>, align 64
  %4 = alloca <16 x i32>, align 64
  %5 = alloca %class.anon.4, align 1
  %6 = alloca %class.anon.5, align 1
  store <16 x i32> %0, ptr %3, align 64
  store <16 x i32> %1, ptr %4, align 64
  %7 = load <16 x i32>, ptr %3, align 64
  %8 = load <16 x i32>, ptr %4, align 64
  %9 = call noundef <16 x i32> @"_ZL4pickILi16EDv16_i3$_1EDaT0_S2_T1_"(<16 x i32> noundef %7, <16 x i32> noundef %8)
  %10 = load <16 x i32>, ptr %3, align 64
  %11 = load <16 x i32>, ptr %4, align 64
  %12 = call noundef <16 x i32> @"_ZL4pickILi16EDv16_i3$_2EDaT0_S2_T1_"(<16 x i32> noundef %10, <16 x i32> noundef %11)
  %13 = add <16 x i32> %9, %12
  ret <16 x i32> %13
}
define internal noundef <16 x i32> @"_ZL4pickILi16EDv16_i3$_1EDaT0_S2_T1_"(<16 x i32> noundef %0, <16 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <16 x i32>, align 64
  %5 = alloca <16 x i32>, align 64
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence, align 1
  store <16 x i32> %0, ptr %4, align 64
  store <16 x i32> %1, ptr %5, align 64
  %8 = load <16 x i32>, ptr %4, align 64
  %9 = load <16 x i32>, ptr %5, align 64
  %10 = call noundef <16 x i32> @"_ZL7pick_ofIDv16_i3$_1JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i32> noundef %8, <16 x i32> noundef %9)
  ret <16 x i32> %10
}
define internal noundef <16 x i32> @"_ZL4pickILi16EDv16_i3$_2EDaT0_S2_T1_"(<16 x i32> noundef %0, <16 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <16 x i32>, align 64
  %5 = alloca <16 x i32>, align 64
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence, align 1
  store <16 x i32> %0, ptr %4, align 64
  store <16 x i32> %1, ptr %5, align 64
  %8 = load <16 x i32>, ptr %4, align 64
  %9 = load <16 x i32>, ptr %5, align 64
  %10 = call noundef <16 x i32> @"_ZL7pick_ofIDv16_i3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i32> noundef %8, <16 x i32> noundef %9)
  ret <16 x i32> %10
}
define internal noundef <16 x i32> @"_ZL7pick_ofIDv16_i3$_1JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i32> noundef %0, <16 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <16 x i32>, align 64
  %6 = alloca <16 x i32>, align 64
  store <16 x i32> %0, ptr %5, align 64
  store <16 x i32> %1, ptr %6, align 64
  %7 = load <16 x i32>, ptr %5, align 64
  %8 = load <16 x i32>, ptr %6, align 64
  %9 = shufflevector <16 x i32> %7, <16 x i32> %8, <16 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14, i32 16, i32 18, i32 20, i32 22, i32 24, i32 26, i32 28, i32 30>
  ret <16 x i32> %9
}
define internal noundef <16 x i32> @"_ZL7pick_ofIDv16_i3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i32> noundef %0, <16 x i32> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <16 x i32>, align 64
  %6 = alloca <16 x i32>, align 64
  store <16 x i32> %0, ptr %5, align 64
  store <16 x i32> %1, ptr %6, align 64
  %7 = load <16 x i32>, ptr %5, align 64
  %8 = load <16 x i32>, ptr %6, align 64
  %9 = shufflevector <16 x i32> %7, <16 x i32> %8, <16 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15, i32 17, i32 19, i32 21, i32 23, i32 25, i32 27, i32 29, i32 31>
  ret <16 x i32> %9
}
define internal noundef <4 x i64> @_ZL6foldedILi4EDv8_lEDaT0_(<8 x i64> noundef %0) #5 {
  %2 = alloca <8 x i64>, align 64
  %3 = alloca i32, align 4
  store <8 x i64> %0, ptr %2, align 64
  store i32 4, ptr %3, align 4
  %4 = load <8 x i64>, ptr %2, align 64
  %5 = load <8 x i64>, ptr %2, align 64
  %6 = call noundef <4 x i64> @_ZL10neighboursILi4EDv8_lEDaT0_S1_(<8 x i64> noundef %4, <8 x i64> noundef %5)
  %7 = call noundef <4 x i64> @_ZL6foldedILi4EDv4_lEDaT0_(<4 x i64> noundef %6)
  ret <4 x i64> %7
}
define internal noundef <8 x i64> @_ZL10neighboursILi8EDv16_lEDaT0_S1_(ptr noundef byval(<16 x i64>) align 128 %0, ptr noundef byval(<16 x i64>) align 128 %1) #5 {
  %3 = alloca <16 x i64>, align 128
  %4 = alloca <16 x i64>, align 128
  %5 = alloca %class.anon.4, align 1
  %6 = alloca <16 x i64>, align 128
  %7 = alloca <16 x i64>, align 128
  %8 = alloca %class.anon.5, align 1
  %9 = alloca <16 x i64>, align 128
  %10 = alloca <16 x i64>, align 128
  %11 = load <16 x i64>, ptr %0, align 128
  %12 = load <16 x i64>, ptr %1, align 128
  store <16 x i64> %11, ptr %3, align 128
  store <16 x i64> %12, ptr %4, align 128
  %13 = load <16 x i64>, ptr %3, align 128
  %14 = load <16 x i64>, ptr %4, align 128
  store <16 x i64> %13, ptr %6, align 128
  store <16 x i64> %14, ptr %7, align 128
  %15 = call noundef <8 x i64> @"_ZL4pickILi8EDv16_l3$_1EDaT0_S2_T1_"(ptr noundef byval(<16 x i64>) align 128 %6, ptr noundef byval(<16 x i64>) align 128 %7)
  %16 = load <16 x i64>, ptr %3, align 128
  %17 = load <16 x i64>, ptr %4, align 128
  store <16 x i64> %16, ptr %9, align 128
  store <16 x i64> %17, ptr %10, align 128
  %18 = call noundef <8 x i64> @"_ZL4pickILi8EDv16_l3$_2EDaT0_S2_T1_"(ptr noundef byval(<16 x i64>) align 128 %9, ptr noundef byval(<16 x i64>) align 128 %10)
  %19 = add <8 x i64> %15, %18
  ret <8 x i64> %19
}
define internal noundef <4 x i64> @_ZL6foldedILi4EDv4_lEDaT0_(<4 x i64> noundef %0) #8 {
  %2 = alloca <4 x i64>, align 32
  %3 = alloca i32, align 4
  store <4 x i64> %0, ptr %2, align 32
  store i32 2, ptr %3, align 4
  %4 = load <4 x i64>, ptr %2, align 32
  ret <4 x i64> %4
}
define internal noundef <4 x i64> @_ZL10neighboursILi4EDv8_lEDaT0_S1_(<8 x i64> noundef %0, <8 x i64> noundef %1) #5 {
  %3 = alloca <8 x i64>, align 64
  %4 = alloca <8 x i64>, align 64
  %5 = alloca %class.anon.4, align 1
  %6 = alloca %class.anon.5, align 1
  store <8 x i64> %0, ptr %3, align 64
  store <8 x i64> %1, ptr %4, align 64
  %7 = load <8 x i64>, ptr %3, align 64
  %8 = load <8 x i64>, ptr %4, align 64
  %9 = call noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_1EDaT0_S2_T1_"(<8 x i64> noundef %7, <8 x i64> noundef %8)
  %10 = load <8 x i64>, ptr %3, align 64
  %11 = load <8 x i64>, ptr %4, align 64
  %12 = call noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_2EDaT0_S2_T1_"(<8 x i64> noundef %10, <8 x i64> noundef %11)
  %13 = add <4 x i64> %9, %12
  ret <4 x i64> %13
}
define internal noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_1EDaT0_S2_T1_"(<8 x i64> noundef %0, <8 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <8 x i64>, align 64
  %5 = alloca <8 x i64>, align 64
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <8 x i64> %0, ptr %4, align 64
  store <8 x i64> %1, ptr %5, align 64
  %8 = load <8 x i64>, ptr %4, align 64
  %9 = load <8 x i64>, ptr %5, align 64
  %10 = call noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_1JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %8, <8 x i64> noundef %9)
  ret <4 x i64> %10
}
define internal noundef <4 x i64> @"_ZL4pickILi4EDv8_l3$_2EDaT0_S2_T1_"(<8 x i64> noundef %0, <8 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <8 x i64>, align 64
  %5 = alloca <8 x i64>, align 64
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <8 x i64> %0, ptr %4, align 64
  store <8 x i64> %1, ptr %5, align 64
  %8 = load <8 x i64>, ptr %4, align 64
  %9 = load <8 x i64>, ptr %5, align 64
  %10 = call noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_2JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %8, <8 x i64> noundef %9)
  ret <4 x i64> %10
}
define internal noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_1JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %0, <8 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <8 x i64>, align 64
  %6 = alloca <8 x i64>, align 64
  store <8 x i64> %0, ptr %5, align 64
  store <8 x i64> %1, ptr %6, align 64
  %7 = load <8 x i64>, ptr %5, align 64
  %8 = load <8 x i64>, ptr %6, align 64
  %9 = shufflevector <8 x i64> %7, <8 x i64> %8, <4 x i32> <i32 0, i32 2, i32 4, i32 6>
  ret <4 x i64> %9
}
define internal noundef <4 x i64> @"_ZL7pick_ofIDv8_l3$_2JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i64> noundef %0, <8 x i64> noundef %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <8 x i64>, align 64
  %6 = alloca <8 x i64>, align 64
  store <8 x i64> %0, ptr %5, align 64
  store <8 x i64> %1, ptr %6, align 64
  %7 = load <8 x i64>, ptr %5, align 64
  %8 = load <8 x i64>, ptr %6, align 64
  %9 = shufflevector <8 x i64> %7, <8 x i64> %8, <4 x i32> <i32 1, i32 3, i32 5, i32 7>
  ret <4 x i64> %9
}
define internal noundef <8 x i64> @"_ZL4pickILi8EDv16_l3$_1EDaT0_S2_T1_"(ptr noundef byval(<16 x i64>) align 128 %0, ptr noundef byval(<16 x i64>) align 128 %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <16 x i64>, align 128
  %5 = alloca <16 x i64>, align 128
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence.8, align 1
  %8 = alloca <16 x i64>, align 128
  %9 = alloca <16 x i64>, align 128
  %10 = load <16 x i64>, ptr %0, align 128
  %11 = load <16 x i64>, ptr %1, align 128
  store <16 x i64> %10, ptr %4, align 128
  store <16 x i64> %11, ptr %5, align 128
  %12 = load <16 x i64>, ptr %4, align 128
  %13 = load <16 x i64>, ptr %5, align 128
  store <16 x i64> %12, ptr %8, align 128
  store <16 x i64> %13, ptr %9, align 128
  %14 = call noundef <8 x i64> @"_ZL7pick_ofIDv16_l3$_1JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(ptr noundef byval(<16 x i64>) align 128 %8, ptr noundef byval(<16 x i64>) align 128 %9)
  ret <8 x i64> %14
}
define internal noundef <8 x i64> @"_ZL4pickILi8EDv16_l3$_2EDaT0_S2_T1_"(ptr noundef byval(<16 x i64>) align 128 %0, ptr noundef byval(<16 x i64>) align 128 %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca <16 x i64>, align 128
  %5 = alloca <16 x i64>, align 128
  %6 = alloca %class.anon.5, align 1
  %7 = alloca %struct.Sequence.8, align 1
  %8 = alloca <16 x i64>, align 128
  %9 = alloca <16 x i64>, align 128
  %10 = load <16 x i64>, ptr %0, align 128
  %11 = load <16 x i64>, ptr %1, align 128
  store <16 x i64> %10, ptr %4, align 128
  store <16 x i64> %11, ptr %5, align 128
  %12 = load <16 x i64>, ptr %4, align 128
  %13 = load <16 x i64>, ptr %5, align 128
  store <16 x i64> %12, ptr %8, align 128
  store <16 x i64> %13, ptr %9, align 128
  %14 = call noundef <8 x i64> @"_ZL7pick_ofIDv16_l3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(ptr noundef byval(<16 x i64>) align 128 %8, ptr noundef byval(<16 x i64>) align 128 %9)
  ret <8 x i64> %14
}
define internal noundef <8 x i64> @"_ZL7pick_ofIDv16_l3$_1JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(ptr noundef byval(<16 x i64>) align 128 %0, ptr noundef byval(<16 x i64>) align 128 %1) #5 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence.8, align 1
  %5 = alloca <16 x i64>, align 128
  %6 = alloca <16 x i64>, align 128
  %7 = load <16 x i64>, ptr %0, align 128
  %8 = load <16 x i64>, ptr %1, align 128
  store <16 x i64> %7, ptr %5, align 128
  store <16 x i64> %8, ptr %6, align 128
  %9 = load <16 x i64>, ptr %5, align 128
  %10 = load <16 x i64>, ptr %6, align 128
  %11 = shufflevector <16 x i64> %9, <16 x i64> %10, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
  ret <8 x i64> %11
}
define internal noundef <8 x i64> @"_ZL7pick_ofIDv16_l3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(ptr noundef byval(<16 x i64>) align 128 %0, ptr noundef byval(<16 x i64>) align 128 %1) #5 {
  %3 = alloca %class.anon.5, align 1
  %4 = alloca %struct.Sequence.8, align 1
  %5 = alloca <16 x i64>, align 128
  %6 = alloca <16 x i64>, align 128
  %7 = load <16 x i64>, ptr %0, align 128
  %8 = load <16 x i64>, ptr %1, align 128
  store <16 x i64> %7, ptr %5, align 128
  store <16 x i64> %8, ptr %6, align 128
  %9 = load <16 x i64>, ptr %5, align 128
  %10 = load <16 x i64>, ptr %6, align 128
  %11 = shufflevector <16 x i64> %9, <16 x i64> %10, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
  ret <8 x i64> %11
}
define internal noundef double @_ZL4loadIDv4_tET_PKv(ptr noundef %0) #2 {
  %2 = alloca <4 x i16>, align 8
  %3 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw %struct.Anywhere.9, ptr %4, i32 0, i32 0
  %6 = load <4 x i16>, ptr %5, align 1
  store <4 x i16> %6, ptr %2, align 8
  %7 = load double, ptr %2, align 8
  ret double %7
}
define internal void @_ZL3putIDv4_tEvPvT_(ptr noundef %0, double noundef %1) #2 {
  %3 = alloca <4 x i16>, align 8
  %4 = alloca ptr, align 8
  %5 = alloca <4 x i16>, align 8
  store double %1, ptr %3, align 8
  %6 = load <4 x i16>, ptr %3, align 8
  store ptr %0, ptr %4, align 8
  store <4 x i16> %6, ptr %5, align 8
  %7 = load <4 x i16>, ptr %5, align 8
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.Anywhere.9, ptr %8, i32 0, i32 0
  store <4 x i16> %7, ptr %9, align 1
  ret void
}
define internal void @_ZL5blockItLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [4 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [4 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 64, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 1024, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !26
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 4
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !27
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !28
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !29
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 4
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [4 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [4 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !30
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !31
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds i16, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 4
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds i16, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds i16, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [4 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPtT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !32
213:                                              ; preds = %187
  ret void
}
define internal void @_ZL4tileItLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 2
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi2EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !33
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 2
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !34
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileItLi1EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockItLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [2 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 32, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 512, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !35
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 2
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !36
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !37
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !38
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 2
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [2 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [2 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !39
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !40
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds i16, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 2
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds i16, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds i16, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [2 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPtT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !41
213:                                              ; preds = %187
  ret void
}
define internal void @_ZL4tileItLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 1
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockItLi1EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !42
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 1
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !43
38:                                               ; preds = %8
  ret void
}
define internal void @_ZL5blockItLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [1 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [1 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 16, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 256, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !44
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 1
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [1 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [1 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !45
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !46
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !47
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 1
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [1 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [1 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [1 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !48
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !49
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds i16, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 1
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds i16, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds i16, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [1 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPtT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !50
213:                                              ; preds = %187
  ret void
}
define internal void @_ZL5shareIZL8multiplyIfEvP7ProductEUllE_EvlT_(i64 noundef %0, ptr %1, i64 %2) #2 {
  %4 = alloca %class.anon.10, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 0
  store ptr %1, ptr %10, align 8
  %11 = getelementptr inbounds nuw { ptr, i64 }, ptr %4, i32 0, i32 1
  store i64 %2, ptr %11, align 8
  store i64 %0, ptr %5, align 8
  %12 = call i32 @omp_get_thread_num()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = call i32 @omp_get_num_threads()
  %15 = sext i32 %14 to i64
  store i64 %15, ptr %7, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr %6, align 8
  %18 = add nsw i64 %17, 1
  %19 = mul nsw i64 %16, %18
  %20 = load i64, ptr %7, align 8
  %21 = sdiv i64 %19, %20
  store i64 %21, ptr %8, align 8
  %22 = load i64, ptr %5, align 8
  %23 = load i64, ptr %6, align 8
  %24 = mul nsw i64 %22, %23
  %25 = load i64, ptr %7, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %9, align 8
  br label %27
27:                                               ; preds = %34, %3
  %28 = load i64, ptr %9, align 8
  %29 = load i64, ptr %8, align 8
  %30 = icmp slt i64 %28, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %27
  br label %37
32:                                               ; preds = %27
  %33 = load i64, ptr %9, align 8
  call void @_ZZL8multiplyIfEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %4, i64 noundef %33)
  br label %34
34:                                               ; preds = %32
  %35 = load i64, ptr %9, align 8
  %36 = add nsw i64 %35, 1
  store i64 %36, ptr %9, align 8
  br label %27, !llvm.loop !51
37:                                               ; preds = %31
  ret void
}
define internal void @_ZL10take_tilesIZL8multiplyIfEvP7ProductEUllE0_EvS2_lT_(ptr noundef %0, i64 noundef %1, ptr %2) #2 {
  %4 = alloca %class.anon.11, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  %18 = getelementptr inbounds nuw %class.anon.11, ptr %4, i32 0, i32 0
  store ptr %2, ptr %18, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  %19 = call i32 @omp_get_num_threads()
  %20 = sext i32 %19 to i64
  %21 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef 64)
  store i64 %21, ptr %7, align 8
  %22 = call i32 @omp_get_thread_num()
  %23 = sext i32 %22 to i64
  store i64 %23, ptr %8, align 8
  %24 = load i64, ptr %8, align 8
  %25 = load i64, ptr %7, align 8
  %26 = icmp slt i64 %24, %25
  br i1 %26, label %27, label %32
27:                                               ; preds = %3
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 13
  %30 = load i64, ptr %8, align 8
  %31 = getelementptr inbounds [64 x i64], ptr %29, i64 0, i64 %30
  store i64 0, ptr %31, align 8
  br label %32
32:                                               ; preds = %27, %3
  call void @GOMP_barrier()
  store i64 0, ptr %9, align 8
  br label %33
33:                                               ; preds = %81, %32
  %34 = load i64, ptr %9, align 8
  %35 = load i64, ptr %7, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %84
38:                                               ; preds = %33
  %39 = load i64, ptr %8, align 8
  %40 = load i64, ptr %9, align 8
  %41 = add nsw i64 %39, %40
  %42 = load i64, ptr %7, align 8
  %43 = srem i64 %41, %42
  store i64 %43, ptr %10, align 8
  %44 = load i64, ptr %6, align 8
  %45 = load i64, ptr %10, align 8
  %46 = mul nsw i64 %44, %45
  %47 = load i64, ptr %7, align 8
  %48 = sdiv i64 %46, %47
  store i64 %48, ptr %11, align 8
  %49 = load i64, ptr %6, align 8
  %50 = load i64, ptr %10, align 8
  %51 = add nsw i64 %50, 1
  %52 = mul nsw i64 %49, %51
  %53 = load i64, ptr %7, align 8
  %54 = sdiv i64 %52, %53
  store i64 %54, ptr %12, align 8
  %55 = load ptr, ptr %5, align 8
  %56 = getelementptr inbounds nuw %struct.Product, ptr %55, i32 0, i32 13
  %57 = getelementptr inbounds [64 x i64], ptr %56, i64 0, i64 0
  %58 = load i64, ptr %10, align 8
  %59 = getelementptr inbounds i64, ptr %57, i64 %58
  store ptr %59, ptr %13, align 8
  br label %60
60:                                               ; preds = %79, %38
  %61 = load ptr, ptr %13, align 8
  %62 = load atomic i64, ptr %61 monotonic, align 8
  store i64 %62, ptr %15, align 8
  %63 = load i64, ptr %15, align 8
  %64 = load i64, ptr %12, align 8
  %65 = load i64, ptr %11, align 8
  %66 = sub nsw i64 %64, %65
  %67 = icmp slt i64 %63, %66
  br i1 %67, label %68, label %80
68:                                               ; preds = %60
  %69 = load i64, ptr %11, align 8
  %70 = load ptr, ptr %13, align 8
  store i64 1, ptr %16, align 8
  %71 = load i64, ptr %16, align 8
  %72 = atomicrmw add ptr %70, i64 %71 monotonic, align 8
  store i64 %72, ptr %17, align 8
  %73 = load i64, ptr %17, align 8
  %74 = add nsw i64 %69, %73
  store i64 %74, ptr %14, align 8
  %75 = load i64, ptr %12, align 8
  %76 = icmp slt i64 %74, %75
  br i1 %76, label %77, label %79
77:                                               ; preds = %68
  %78 = load i64, ptr %14, align 8
  call void @_ZZL8multiplyIfEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %4, i64 noundef %78)
  br label %79
79:                                               ; preds = %77, %68
  br label %60, !llvm.loop !52
80:                                               ; preds = %60
  br label %81
81:                                               ; preds = %80
  %82 = load i64, ptr %9, align 8
  %83 = add nsw i64 %82, 1
  store i64 %83, ptr %9, align 8
  br label %33, !llvm.loop !53
84:                                               ; preds = %37
  ret void
}
define internal void @_ZZL8multiplyIfEvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(16) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.10, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.10, ptr %5, i32 0, i32 1
  %10 = load i64, ptr %9, align 8
  %11 = sdiv i64 %8, %10
  %12 = load i64, ptr %4, align 8
  %13 = getelementptr inbounds nuw %class.anon.10, ptr %5, i32 0, i32 1
  %14 = load i64, ptr %13, align 8
  %15 = srem i64 %12, %14
  %16 = mul nsw i64 %15, 1024
  call void @_ZL5roundIfEvPK7Productll(ptr noundef %7, i64 noundef %11, i64 noundef %16)
  ret void
}
define internal void @_ZL5roundIfEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #5 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca %struct.Rounded, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <16 x float>, align 64
  %11 = alloca i64, align 8
  %12 = alloca float, align 4
  %13 = alloca float, align 4
  %14 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %15 = load ptr, ptr %4, align 8
  %16 = load i64, ptr %5, align 8
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %7, ptr noundef %15, i64 noundef %16)
  %17 = load ptr, ptr %4, align 8
  %18 = getelementptr inbounds nuw %struct.Product, ptr %17, i32 0, i32 3
  %19 = load ptr, ptr %18, align 8
  %20 = load i64, ptr %5, align 8
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 8
  %23 = load i64, ptr %22, align 8
  %24 = mul nsw i64 %20, %23
  %25 = getelementptr inbounds float, ptr %19, i64 %24
  store ptr %25, ptr %8, align 8
  %26 = load i64, ptr %6, align 8
  %27 = add nsw i64 %26, 1024
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 8
  %30 = load i64, ptr %29, align 8
  %31 = call noundef i64 @_ZL5leastll(i64 noundef %27, i64 noundef %30)
  store i64 %31, ptr %9, align 8
  store <16 x float> zeroinitializer, ptr %10, align 64
  %32 = load i64, ptr %6, align 8
  store i64 %32, ptr %11, align 8
  br label %33
33:                                               ; preds = %46, %3
  %34 = load i64, ptr %11, align 8
  %35 = load i64, ptr %9, align 8
  %36 = icmp slt i64 %34, %35
  br i1 %36, label %38, label %37
37:                                               ; preds = %33
  br label %49
38:                                               ; preds = %33
  %39 = load ptr, ptr %8, align 8
  %40 = load i64, ptr %11, align 8
  %41 = getelementptr inbounds float, ptr %39, i64 %40
  %42 = call noundef <16 x float> @_ZL4wideILi16EEDaPKf(ptr noundef %41)
  %43 = call <16 x float> @llvm.fabs.v16f32(<16 x float> %42)
  %44 = load <16 x float>, ptr %10, align 64
  %45 = call <16 x float> @llvm.maximum.v16f32(<16 x float> %43, <16 x float> %44)
  store <16 x float> %45, ptr %10, align 64
  br label %46
46:                                               ; preds = %38
  %47 = load i64, ptr %11, align 8
  %48 = add nsw i64 %47, 16
  store i64 %48, ptr %11, align 8
  br label %33, !llvm.loop !54
49:                                               ; preds = %37
  %50 = load <16 x float>, ptr %10, align 64
  %51 = call float @llvm.vector.reduce.fmaximum.v16f32(<16 x float> %50)
  %52 = fdiv float %51, 3.276700e+04
  store float %52, ptr %12, align 4
  %53 = load float, ptr %12, align 4
  %54 = fcmp olt float %53, 0x3810000000000000
  br i1 %54, label %55, label %56
55:                                               ; preds = %49
  br label %58
56:                                               ; preds = %49
  %57 = load float, ptr %12, align 4
  br label %58
58:                                               ; preds = %56, %55
  %59 = phi float [ 0x3810000000000000, %55 ], [ %57, %56 ]
  store float %59, ptr %13, align 4
  %60 = load float, ptr %13, align 4
  %61 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 1
  %62 = load ptr, ptr %61, align 8
  %63 = load i64, ptr %6, align 8
  %64 = sdiv i64 %63, 1024
  %65 = getelementptr inbounds float, ptr %62, i64 %64
  store float %60, ptr %65, align 4
  %66 = load i64, ptr %6, align 8
  store i64 %66, ptr %14, align 8
  br label %67
67:                                               ; preds = %86, %58
  %68 = load i64, ptr %14, align 8
  %69 = load i64, ptr %9, align 8
  %70 = icmp slt i64 %68, %69
  br i1 %70, label %72, label %71
71:                                               ; preds = %67
  br label %89
72:                                               ; preds = %67
  %73 = getelementptr inbounds nuw %struct.Rounded, ptr %7, i32 0, i32 0
  %74 = load ptr, ptr %73, align 8
  %75 = load i64, ptr %14, align 8
  %76 = getelementptr inbounds i16, ptr %74, i64 %75
  %77 = load ptr, ptr %8, align 8
  %78 = load i64, ptr %14, align 8
  %79 = getelementptr inbounds float, ptr %77, i64 %78
  %80 = call noundef <16 x float> @_ZL4wideILi16EEDaPKf(ptr noundef %79)
  %81 = load float, ptr %13, align 4
  %82 = fdiv float 1.000000e+00, %81
  %83 = insertelement <16 x float> poison, float %82, i64 0
  %84 = shufflevector <16 x float> %83, <16 x float> poison, <16 x i32> zeroinitializer
  %85 = fmul <16 x float> %80, %84
  call void @_ZL11put_roundedIsEvPT_Dv16_f(ptr noundef %76, <16 x float> noundef %85)
  br label %86
86:                                               ; preds = %72
  %87 = load i64, ptr %14, align 8
  %88 = add nsw i64 %87, 16
  store i64 %88, ptr %14, align 8
  br label %67, !llvm.loop !55
89:                                               ; preds = %71
  ret void
}
define internal noundef <16 x float> @_ZL4wideILi16EEDaPKf(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %3)
  ret <16 x float> %4
}
define internal noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.12, ptr %3, i32 0, i32 0
  %5 = load <16 x float>, ptr %4, align 1
  ret <16 x float> %5
}
define internal void @_ZZL8multiplyIfEvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.11, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = mul nsw i64 %8, 32
  call void @_ZL4tileIfLi6EEvPK7Productll(ptr noundef %7, i64 noundef 0, i64 noundef %9)
  ret void
}
define internal void @_ZL4tileIfLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 6
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi6EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !56
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 6
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !57
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileIfLi4EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockIfLi6EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [6 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [6 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 96, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 1536, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !58
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 6
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !59
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !60
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !61
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 6
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [6 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [6 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !62
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !63
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds float, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDaPKf(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 6
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds float, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds float, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [6 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPfT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !64
213:                                              ; preds = %187
  ret void
}
define internal void @_ZL4tileIfLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 4
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi4EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !65
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 4
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !66
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileIfLi2EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal noundef <4 x float> @_ZL4wideILi4EEDaPKf(ptr noundef %0) #12 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <4 x float> @_ZL4loadIDv4_fET_PKv(ptr noundef %3)
  ret <4 x float> %4
}
define internal void @_ZL8round_toIDv4_fEvPfT_(ptr noundef %0, <4 x float> noundef %1) #12 {
  %3 = alloca ptr, align 8
  %4 = alloca <4 x float>, align 16
  store ptr %0, ptr %3, align 8
  store <4 x float> %1, ptr %4, align 16
  %5 = load ptr, ptr %3, align 8
  %6 = load <4 x float>, ptr %4, align 16
  call void @_ZL3putIDv4_fEvPvT_(ptr noundef %5, <4 x float> noundef %6)
  ret void
}
define internal noundef <4 x float> @_ZL4loadIDv4_fET_PKv(ptr noundef %0) #12 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.13, ptr %3, i32 0, i32 0
  %5 = load <4 x float>, ptr %4, align 1
  ret <4 x float> %5
}
define internal void @_ZL3putIDv4_fEvPvT_(ptr noundef %0, <4 x float> noundef %1) #12 {
  %3 = alloca ptr, align 8
  %4 = alloca <4 x float>, align 16
  store ptr %0, ptr %3, align 8
  store <4 x float> %1, ptr %4, align 16
  %5 = load <4 x float>, ptr %4, align 16
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.13, ptr %6, i32 0, i32 0
  store <4 x float> %5, ptr %7, align 1
  ret void
}
define internal void @_ZL5blockIfLi4EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [4 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [4 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 64, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 1024, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !67
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 4
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !68
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !69
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !70
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 4
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [4 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [4 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !71
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !72
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds float, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDaPKf(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 4
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds float, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds float, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [4 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPfT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !73
213:                                              ; preds = %187
  ret void
}
define internal void @_ZL4tileIfLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 2
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi2EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !74
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 2
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !75
38:                                               ; preds = %8
  %39 = load ptr, ptr %4, align 8
  %40 = load i64, ptr %5, align 8
  %41 = load i64, ptr %6, align 8
  call void @_ZL4tileIfLi1EEvPK7Productll(ptr noundef %39, i64 noundef %40, i64 noundef %41)
  ret void
}
define internal void @_ZL5blockIfLi2EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [2 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 32, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 512, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !76
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 2
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !77
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !78
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !79
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 2
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [2 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [2 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !80
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !81
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds float, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDaPKf(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 2
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds float, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds float, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [2 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPfT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !82
213:                                              ; preds = %187
  ret void
}
define internal void @_ZL4tileIfLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  br label %8
8:                                                ; preds = %35, %3
  %9 = load i64, ptr %5, align 8
  %10 = add nsw i64 %9, 1
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = icmp sle i64 %10, %13
  br i1 %14, label %15, label %38
15:                                               ; preds = %8
  %16 = load i64, ptr %6, align 8
  store i64 %16, ptr %7, align 8
  br label %17
17:                                               ; preds = %31, %15
  %18 = load i64, ptr %7, align 8
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %19, 32
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 9
  %23 = load i64, ptr %22, align 8
  %24 = call noundef i64 @_ZL5leastll(i64 noundef %20, i64 noundef %23)
  %25 = icmp slt i64 %18, %24
  br i1 %25, label %27, label %26
26:                                               ; preds = %17
  br label %34
27:                                               ; preds = %17
  %28 = load ptr, ptr %4, align 8
  %29 = load i64, ptr %5, align 8
  %30 = load i64, ptr %7, align 8
  call void @_ZL5blockIfLi1EEvPK7Productll(ptr noundef %28, i64 noundef %29, i64 noundef %30)
  br label %31
31:                                               ; preds = %27
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  store i64 %33, ptr %7, align 8
  br label %17, !llvm.loop !83
34:                                               ; preds = %26
  br label %35
35:                                               ; preds = %34
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 1
  store i64 %37, ptr %5, align 8
  br label %8, !llvm.loop !84
38:                                               ; preds = %8
  ret void
}
define internal void @_ZL5blockIfLi1EEvPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #9 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [1 x <4 x float>], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [1 x [4 x <16 x i32>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <32 x i16>], align 64
  %14 = alloca i32, align 4
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca %struct.Rounded, align 8
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca %struct.Rounded, align 8
  %22 = alloca <4 x float>, align 16
  %23 = alloca <4 x float>, align 16
  %24 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.Product, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %4, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 8
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = getelementptr inbounds i8, ptr %27, i64 %32
  store ptr %33, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 16, i1 false)
  store i64 0, ptr %9, align 8
  br label %34
34:                                               ; preds = %168, %3
  %35 = load i64, ptr %9, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = icmp slt i64 %35, %38
  br i1 %39, label %41, label %40
40:                                               ; preds = %34
  store i32 2, ptr %10, align 4
  br label %171
41:                                               ; preds = %34
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 256, i1 false)
  %42 = load i64, ptr %9, align 8
  store i64 %42, ptr %12, align 8
  br label %43
43:                                               ; preds = %128, %41
  %44 = load i64, ptr %12, align 8
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 1024
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.Product, ptr %47, i32 0, i32 8
  %49 = load i64, ptr %48, align 8
  %50 = call noundef i64 @_ZL5leastll(i64 noundef %46, i64 noundef %49)
  %51 = icmp slt i64 %44, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %43
  store i32 5, ptr %10, align 4
  br label %131
53:                                               ; preds = %43
  store i32 0, ptr %14, align 4
  br label %54
54:                                               ; preds = %77, %53
  %55 = load i32, ptr %14, align 4
  %56 = icmp slt i32 %55, 4
  br i1 %56, label %58, label %57
57:                                               ; preds = %54
  store i32 8, ptr %10, align 4
  br label %80
58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  %60 = load i32, ptr %14, align 4
  %61 = sext i32 %60 to i64
  %62 = load ptr, ptr %4, align 8
  %63 = getelementptr inbounds nuw %struct.Product, ptr %62, i32 0, i32 8
  %64 = load i64, ptr %63, align 8
  %65 = mul nsw i64 %61, %64
  %66 = getelementptr inbounds i8, ptr %59, i64 %65
  %67 = load i64, ptr %12, align 8
  %68 = getelementptr inbounds i8, ptr %66, i64 %67
  store ptr %68, ptr %15, align 8
  %69 = load ptr, ptr %15, align 8
  %70 = getelementptr inbounds i8, ptr %69, i64 8192
  call void @llvm.prefetch.p0(ptr %70, i32 0, i32 3, i32 1)
  %71 = load ptr, ptr %15, align 8
  %72 = call noundef <32 x i8> @_ZL4loadIDv32_aET_PKv(ptr noundef %71)
  %73 = sext <32 x i8> %72 to <32 x i16>
  %74 = load i32, ptr %14, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %75
  store <32 x i16> %73, ptr %76, align 64
  br label %77
77:                                               ; preds = %58
  %78 = load i32, ptr %14, align 4
  %79 = add nsw i32 %78, 1
  store i32 %79, ptr %14, align 4
  br label %54, !llvm.loop !85
80:                                               ; preds = %57
  store i32 0, ptr %16, align 4
  br label %81
81:                                               ; preds = %124, %80
  %82 = load i32, ptr %16, align 4
  %83 = icmp slt i32 %82, 1
  br i1 %83, label %85, label %84
84:                                               ; preds = %81
  store i32 11, ptr %10, align 4
  br label %127
85:                                               ; preds = %81
  %86 = load ptr, ptr %4, align 8
  %87 = load i64, ptr %5, align 8
  %88 = load i32, ptr %16, align 4
  %89 = sext i32 %88 to i64
  %90 = add nsw i64 %87, %89
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %18, ptr noundef %86, i64 noundef %90)
  %91 = getelementptr inbounds nuw %struct.Rounded, ptr %18, i32 0, i32 0
  %92 = load ptr, ptr %91, align 8
  %93 = load i64, ptr %12, align 8
  %94 = getelementptr inbounds i16, ptr %92, i64 %93
  %95 = call noundef <32 x i16> @_ZL4loadIDv32_sET_PKv(ptr noundef %94)
  store <32 x i16> %95, ptr %17, align 64
  store i32 0, ptr %19, align 4
  br label %96
96:                                               ; preds = %120, %85
  %97 = load i32, ptr %19, align 4
  %98 = icmp slt i32 %97, 4
  br i1 %98, label %100, label %99
99:                                               ; preds = %96
  store i32 14, ptr %10, align 4
  br label %123
100:                                              ; preds = %96
  %101 = load i32, ptr %16, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds [1 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %102
  %104 = load i32, ptr %19, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds [4 x <16 x i32>], ptr %103, i64 0, i64 %105
  %107 = load <16 x i32>, ptr %106, align 64
  %108 = load i32, ptr %19, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x <32 x i16>], ptr %13, i64 0, i64 %109
  %111 = load <32 x i16>, ptr %110, align 64
  %112 = load <32 x i16>, ptr %17, align 64
  %113 = call noundef <16 x i32> @_ZL12add_productsDv16_iDv32_sS0_(<16 x i32> noundef %107, <32 x i16> noundef %111, <32 x i16> noundef %112)
  %114 = load i32, ptr %16, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [1 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %115
  %117 = load i32, ptr %19, align 4
  %118 = sext i32 %117 to i64
  %119 = getelementptr inbounds [4 x <16 x i32>], ptr %116, i64 0, i64 %118
  store <16 x i32> %113, ptr %119, align 64
  br label %120
120:                                              ; preds = %100
  %121 = load i32, ptr %19, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %19, align 4
  br label %96, !llvm.loop !86
123:                                              ; preds = %99
  br label %124
124:                                              ; preds = %123
  %125 = load i32, ptr %16, align 4
  %126 = add nsw i32 %125, 1
  store i32 %126, ptr %16, align 4
  br label %81, !llvm.loop !87
127:                                              ; preds = %84
  br label %128
128:                                              ; preds = %127
  %129 = load i64, ptr %12, align 8
  %130 = add nsw i64 %129, 32
  store i64 %130, ptr %12, align 8
  br label %43, !llvm.loop !88
131:                                              ; preds = %52
  store i32 0, ptr %20, align 4
  br label %132
132:                                              ; preds = %164, %131
  %133 = load i32, ptr %20, align 4
  %134 = icmp slt i32 %133, 1
  br i1 %134, label %136, label %135
135:                                              ; preds = %132
  store i32 17, ptr %10, align 4
  br label %167
136:                                              ; preds = %132
  %137 = load i32, ptr %20, align 4
  %138 = sext i32 %137 to i64
  %139 = getelementptr inbounds [1 x [4 x <16 x i32>]], ptr %11, i64 0, i64 %138
  %140 = getelementptr inbounds [4 x <16 x i32>], ptr %139, i64 0, i64 0
  %141 = call noundef <4 x float> @_ZL9totals_ofPDv16_i(ptr noundef %140)
  %142 = load ptr, ptr %4, align 8
  %143 = load i64, ptr %5, align 8
  %144 = load i32, ptr %20, align 4
  %145 = sext i32 %144 to i64
  %146 = add nsw i64 %143, %145
  call void @_ZN7RoundedC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(16) %21, ptr noundef %142, i64 noundef %146)
  %147 = getelementptr inbounds nuw %struct.Rounded, ptr %21, i32 0, i32 1
  %148 = load ptr, ptr %147, align 8
  %149 = load i64, ptr %9, align 8
  %150 = sdiv i64 %149, 1024
  %151 = getelementptr inbounds float, ptr %148, i64 %150
  %152 = load float, ptr %151, align 4
  %153 = insertelement <4 x float> poison, float %152, i64 0
  %154 = shufflevector <4 x float> %153, <4 x float> poison, <4 x i32> zeroinitializer
  %155 = fadd <4 x float> zeroinitializer, %154
  %156 = load i32, ptr %20, align 4
  %157 = sext i32 %156 to i64
  %158 = getelementptr inbounds [1 x <4 x float>], ptr %8, i64 0, i64 %157
  %159 = load <4 x float>, ptr %158, align 16
  %160 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %141, <4 x float> noundef %155, <4 x float> noundef %159)
  %161 = load i32, ptr %20, align 4
  %162 = sext i32 %161 to i64
  %163 = getelementptr inbounds [1 x <4 x float>], ptr %8, i64 0, i64 %162
  store <4 x float> %160, ptr %163, align 16
  br label %164
164:                                              ; preds = %136
  %165 = load i32, ptr %20, align 4
  %166 = add nsw i32 %165, 1
  store i32 %166, ptr %20, align 4
  br label %132, !llvm.loop !89
167:                                              ; preds = %135
  br label %168
168:                                              ; preds = %167
  %169 = load i64, ptr %9, align 8
  %170 = add nsw i64 %169, 1024
  store i64 %170, ptr %9, align 8
  br label %34, !llvm.loop !90
171:                                              ; preds = %40
  %172 = load ptr, ptr %4, align 8
  %173 = getelementptr inbounds nuw %struct.Product, ptr %172, i32 0, i32 1
  %174 = load ptr, ptr %173, align 8
  %175 = load i64, ptr %6, align 8
  %176 = getelementptr inbounds i16, ptr %174, i64 %175
  %177 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %176)
  store <4 x float> %177, ptr %22, align 16
  %178 = load ptr, ptr %4, align 8
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 2
  %180 = load ptr, ptr %179, align 8
  %181 = load i64, ptr %6, align 8
  %182 = getelementptr inbounds float, ptr %180, i64 %181
  %183 = call noundef <4 x float> @_ZL4wideILi4EEDaPKf(ptr noundef %182)
  store <4 x float> %183, ptr %23, align 16
  store i32 0, ptr %24, align 4
  br label %184
184:                                              ; preds = %210, %171
  %185 = load i32, ptr %24, align 4
  %186 = icmp slt i32 %185, 1
  br i1 %186, label %188, label %187
187:                                              ; preds = %184
  store i32 20, ptr %10, align 4
  br label %213
188:                                              ; preds = %184
  %189 = load ptr, ptr %4, align 8
  %190 = getelementptr inbounds nuw %struct.Product, ptr %189, i32 0, i32 4
  %191 = load ptr, ptr %190, align 8
  %192 = load i64, ptr %5, align 8
  %193 = load i32, ptr %24, align 4
  %194 = sext i32 %193 to i64
  %195 = add nsw i64 %192, %194
  %196 = load ptr, ptr %4, align 8
  %197 = getelementptr inbounds nuw %struct.Product, ptr %196, i32 0, i32 9
  %198 = load i64, ptr %197, align 8
  %199 = mul nsw i64 %195, %198
  %200 = getelementptr inbounds float, ptr %191, i64 %199
  %201 = load i64, ptr %6, align 8
  %202 = getelementptr inbounds float, ptr %200, i64 %201
  %203 = load i32, ptr %24, align 4
  %204 = sext i32 %203 to i64
  %205 = getelementptr inbounds [1 x <4 x float>], ptr %8, i64 0, i64 %204
  %206 = load <4 x float>, ptr %205, align 16
  %207 = load <4 x float>, ptr %22, align 16
  %208 = load <4 x float>, ptr %23, align 16
  %209 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %206, <4 x float> noundef %207, <4 x float> noundef %208)
  call void @_ZL8round_toIDv4_fEvPfT_(ptr noundef %202, <4 x float> noundef %209)
  br label %210
210:                                              ; preds = %188
  %211 = load i32, ptr %24, align 4
  %212 = add nsw i32 %211, 1
  store i32 %212, ptr %24, align 4
  br label %184, !llvm.loop !91
213:                                              ; preds = %187
  ret void
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nounwind }
attributes #2 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #3 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #4 = { inlinehint mustprogress nounwind uwtable(sync) }
attributes #5 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #6 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #7 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #8 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #9 = { mustprogress nounwind uwtable(sync) }
attributes #10 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #11 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #12 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #13 = { nocallback nofree nosync nounwind willreturn memory(none) }
attributes #14 = { nounwind }
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
!14 = distinct !{!14, !7, !15}
!15 = !{!"llvm.loop.unroll.full"}
!16 = distinct !{!16, !7, !15}
!17 = distinct !{!17, !7, !15}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7, !15}
!20 = distinct !{!20, !7}
!21 = distinct !{!21, !7, !15}
!22 = distinct !{!22, !7}
!23 = distinct !{!23, !7}
!24 = distinct !{!24, !7, !15}
!25 = distinct !{!25, !7, !15}
!26 = distinct !{!26, !7, !15}
!27 = distinct !{!27, !7, !15}
!28 = distinct !{!28, !7, !15}
!29 = distinct !{!29, !7}
!30 = distinct !{!30, !7, !15}
!31 = distinct !{!31, !7}
!32 = distinct !{!32, !7, !15}
!33 = distinct !{!33, !7}
!34 = distinct !{!34, !7}
!35 = distinct !{!35, !7, !15}
!36 = distinct !{!36, !7, !15}
!37 = distinct !{!37, !7, !15}
!38 = distinct !{!38, !7}
!39 = distinct !{!39, !7, !15}
!40 = distinct !{!40, !7}
!41 = distinct !{!41, !7, !15}
!42 = distinct !{!42, !7}
!43 = distinct !{!43, !7}
!44 = distinct !{!44, !7, !15}
!45 = distinct !{!45, !7, !15}
!46 = distinct !{!46, !7, !15}
!47 = distinct !{!47, !7}
!48 = distinct !{!48, !7, !15}
!49 = distinct !{!49, !7}
!50 = distinct !{!50, !7, !15}
!51 = distinct !{!51, !7}
!52 = distinct !{!52, !7}
!53 = distinct !{!53, !7}
!54 = distinct !{!54, !7}
!55 = distinct !{!55, !7}
!56 = distinct !{!56, !7}
!57 = distinct !{!57, !7}
!58 = distinct !{!58, !7, !15}
!59 = distinct !{!59, !7, !15}
!60 = distinct !{!60, !7, !15}
!61 = distinct !{!61, !7}
!62 = distinct !{!62, !7, !15}
!63 = distinct !{!63, !7}
!64 = distinct !{!64, !7, !15}
!65 = distinct !{!65, !7}
!66 = distinct !{!66, !7}
!67 = distinct !{!67, !7, !15}
!68 = distinct !{!68, !7, !15}
!69 = distinct !{!69, !7, !15}
!70 = distinct !{!70, !7}
!71 = distinct !{!71, !7, !15}
!72 = distinct !{!72, !7}
!73 = distinct !{!73, !7, !15}
!74 = distinct !{!74, !7}
!75 = distinct !{!75, !7}
!76 = distinct !{!76, !7, !15}
!77 = distinct !{!77, !7, !15}
!78 = distinct !{!78, !7, !15}
!79 = distinct !{!79, !7}
!80 = distinct !{!80, !7, !15}
!81 = distinct !{!81, !7}
!82 = distinct !{!82, !7, !15}
!83 = distinct !{!83, !7}
!84 = distinct !{!84, !7}
!85 = distinct !{!85, !7, !15}
!86 = distinct !{!86, !7, !15}
!87 = distinct !{!87, !7, !15}
!88 = distinct !{!88, !7}
!89 = distinct !{!89, !7, !15}
!90 = distinct !{!90, !7}
!91 = distinct !{!91, !7, !15}
